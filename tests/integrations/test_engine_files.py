from __future__ import annotations

import gzip
import zipfile

import pytest
from support.bring_in import MAPPING, bring, cases, mine

from leadqual.errors import InputError, PolicyError
from leadqual.integrations import Mapping, read

HEADER = "ID,Full name,Email,Phone,Country\n"
TEXT = HEADER + "1,Müller,a@example.com,,\n"


def only(error) -> object:
    assert len(error.value.problems) == 1
    return error.value.problems[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_are_sure(tmp_path, encoding):
    assert bring(tmp_path, TEXT.encode(encoding)).contacts["full_name"].to_list() == ["Müller"]


def test_another_encoding_is_suggested_and_taken_once_it_is_said(tmp_path):
    with pytest.raises(InputError) as error:
        bring(tmp_path, TEXT.encode("cp1252"))
    problem = only(error)
    assert (problem.code, problem.place.line) == ("bad-encoding", 2)
    assert "encoding=" in problem.hint
    found = bring(tmp_path, TEXT.encode("cp1252"), encoding="cp1252")
    assert found.contacts["full_name"].to_list() == ["Müller"]
    assert found.report.files[0].notes == ("the encoding is cp1252",)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_known_by_the_header(tmp_path, delimiter):
    assert bring(tmp_path, TEXT.replace(",", delimiter)).contacts["email"].to_list() == ["a@example.com"]


def test_a_line_that_names_the_delimiter_is_no_header(tmp_path):
    found = bring(tmp_path, "sep=;\n" + HEADER.replace(",", ";") + "1;Ani;bad;;\n")
    assert cases(found) == [(3, "Email", "bad-email")]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path):
    found = bring(tmp_path, HEADER + '1,"two\nlines",,,\n\n,nobody,,,\n2,short\n3,Ani,bad,,\n4,a,b,c,d,e,f\n')
    assert sorted(cases(found)) == sorted(
        [
            (4, None, "missing-id"),
            (5, None, "wrong-cell-count"),
            (6, "Email", "bad-email"),
            (7, None, "wrong-cell-count"),
        ]
    )
    assert found.contacts["contact_id"].to_list() == ["1", "3"]
    assert (found.report.files[0].rows, found.report.files[0].empty) == (5, 1)


def test_a_quotation_mark_that_is_never_closed_is_told_at_its_row(tmp_path):
    with pytest.raises(InputError) as error:
        bring(tmp_path, HEADER + '1,Ani,,,\n2,"Budi,,,\n3,Citra,,,\n')
    assert (only(error).code, only(error).place.line) == ("bad-csv", 3)


def test_an_inch_is_no_quotation(tmp_path):
    assert bring(tmp_path, HEADER + '1,5" pipe,,,\n').contacts["full_name"].to_list() == ['5" pipe']


def test_null_characters_cost_their_row_alone(tmp_path):
    found = bring(tmp_path, HEADER + "1,A\0ni,,,\n2,Budi,,,\n")
    assert cases(found) == [(2, None, "null-character")]
    assert found.contacts["contact_id"].to_list() == ["2"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty-file"),
        ("Identifier,Full name\n1,a\n", "unknown-file"),
        ("ID,Full name,Email,email \n1,a,b,c\n", "duplicate-column"),
    ],
)
def test_files_that_cannot_be_recognised(tmp_path, text, code):
    with pytest.raises(InputError) as error:
        bring(tmp_path, text)
    assert only(error).code == code


def test_problems_of_all_files_come_at_once(tmp_path):
    with pytest.raises(InputError) as error:
        bring(tmp_path, "", "a,b\n", TEXT)
    assert [problem.code for problem in error.value.problems] == ["empty-file", "unknown-file"]


def test_an_unknown_header_is_told_with_what_may_be_meant(tmp_path):
    with pytest.raises(InputError) as error:
        bring(tmp_path, "ID,Ful name\n1,a\n")
    assert "did you mean 'Ful name'?" in only(error).hint


def test_headers_have_other_spellings_and_no_case(tmp_path):
    assert bring(tmp_path, "id, NAMA  lengkap\n1,Ani\n").contacts["full_name"].to_list() == ["Ani"]


def test_columns_that_nothing_names_and_columns_that_are_missing(tmp_path):
    file = bring(tmp_path, "ID,Full name,E-mail,Shoe size\n1,Ani,,\n").report.files[0]
    assert file.unnamed == ("E-mail", "Shoe size")
    assert file.missing["Email"] == "did you mean 'E-mail'?"
    assert "Changed" not in file.missing


def test_archives(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("../people.csv", TEXT)
        archive.writestr("__MACOSX/._people.csv", "x")
        archive.writestr("readme.md", "x")
    (tmp_path / "more.csv.gz").write_bytes(gzip.compress((HEADER + "2,Ani,,,\n").encode()))
    found = read(mine(), [tmp_path / "all.zip", tmp_path / "more.csv.gz"])
    assert found.contacts["contact_id"].to_list() == ["1", "2"]
    assert found.report.files[0].name.endswith("all.zip/../people.csv")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(InputError) as error:
        read(mine(), tmp_path / "broken.zip")
    assert only(error).code == "unreadable-file"


def test_sheets(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Report of today"])
    book.active.append(["ID", "Full name", "Size", "Revenue"])
    book.active.append([7, "Ani", 250, 1.234])
    book.active.append([])
    book.active.append(["", "nobody"])
    book.create_sheet("Notes").append(["nothing"])
    book.save(tmp_path / "people.xlsx")
    found = read(mine(), tmp_path / "people.xlsx")
    assert found.contacts.select("contact_id", "company.employees", "company.annual_revenue").rows() == [
        ("7", 250, 1.234)
    ]
    assert cases(found) == [(5, None, "missing-id")]


def test_a_kind_can_be_said(tmp_path):
    (tmp_path / "x.csv").write_text(TEXT)
    assert read(mine(), {"people": tmp_path / "x.csv"}).report.contacts == 1
    with pytest.raises(InputError) as error:
        read(mine(), {"peple": tmp_path / "x.csv"})
    assert only(error).hint == "did you mean 'people'?"
    with pytest.raises(InputError) as error:
        read(mine(), {"events": tmp_path / "x.csv"})
    assert only(error).code == "missing-column"


def test_files_are_read_in_batches_with_their_row_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr("leadqual.integrations.files.text_rows._BLOCK", 256)
    rows = [f"{number},Ani,,,{'' if number % 7 else ',long'}\n" for number in range(2, 202)]
    found = bring(tmp_path, HEADER + "".join(rows))
    assert [row for row, _, _ in cases(found)] == [number for number in range(2, 202) if number % 7 == 0]
    told = bring(tmp_path, HEADER + "".join(rows).replace("Ani,,", "Ani,bad,"))
    wrong = {row for row, _, code in cases(told) if code == "bad-email"}
    assert wrong == {number for number in range(2, 202) if number % 7}


def test_a_file_with_a_header_alone_brings_nothing(tmp_path):
    found = bring(tmp_path, HEADER, HEADER.strip())
    assert (found.contacts.height, found.report.to_decide) == (0, 0)
    assert found.frames()[1].columns == ["contact_id", "interaction_id", "kind", "occurred_at"]


def test_line_ends_of_every_system(tmp_path):
    for ends in ("\r\n", "\r"):
        assert bring(tmp_path, (HEADER + "1,Ani,,,\n2,Budi,,,\n").replace("\n", ends)).contacts.height == 2


def test_files_of_one_name_in_several_folders_are_two_files(tmp_path):
    for folder, row in (("a", "1,Müller,,,\n"), ("b", "2,Groß,,,\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "people.csv").write_text(HEADER + row, encoding="cp1252")
    found = read(mine(), sorted(tmp_path.glob("*/people.csv")), encoding="cp1252")
    assert found.contacts["full_name"].to_list() == ["Müller", "Groß"]


@pytest.mark.parametrize("name", ["base64", "rot13"])
def test_a_codec_that_decodes_no_text_is_no_encoding(tmp_path, name):
    with pytest.raises(InputError) as error:
        bring(tmp_path, TEXT, encoding=name)
    assert only(error).code == "unknown-encoding"


def test_the_delimiter_that_a_document_names_decides(tmp_path):
    own = Mapping.loads(MAPPING + "reading: {delimiter: ^}\n")
    (tmp_path / "people.csv").write_text("ID^Full name\n1^Ani; Budi\n")
    assert read(own, tmp_path / "people.csv").contacts["full_name"].to_list() == ["Ani; Budi"]
    with pytest.raises(PolicyError):
        Mapping.loads(MAPPING + "reading: {delimiter: '||'}\n")


def test_a_header_that_two_delimiters_cut_alike_is_asked_for(tmp_path):
    with pytest.raises(InputError) as error:
        bring(tmp_path, "ID;Full name,Email\n1;Ani,x\n")
    assert (only(error).code, "delimiter" in only(error).hint) == ("unclear-delimiter", True)


def test_headers_of_rules_are_missing_too(tmp_path):
    people = bring(tmp_path, "ID,Full name,Unsubscribd\n1,Ani,yes\n").report.files[0]
    assert people.missing["Unsubscribed"] == "did you mean 'Unsubscribd'?"
    events = bring(tmp_path, "Event ID,Person,Type,Started,Lenght\n").report.files[0]
    assert events.missing["Length"] == "did you mean 'Lenght'?"
    assert not {"Started", "Ended", "Mail"} & set(events.missing)


def test_sheets_that_are_left_out_are_told(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in ((), (), ("", "ID", "Full name", "Email"), ("", 7.0, "Ani", "bad")):
        book.active.append(row)
    book.create_sheet("Kontakte").append(["Kennung"])
    book.save(tmp_path / "people.xlsx")
    found = read(mine(), tmp_path / "people.xlsx")
    assert (found.contacts["contact_id"].to_list(), cases(found)) == (["7"], [(4, "Email", "bad-email")])
    assert found.report.files[0].notes == ("no header of the sheet 'Kontakte' is known: left out",)
    assert "Kontakte" in found._repr_html_()
