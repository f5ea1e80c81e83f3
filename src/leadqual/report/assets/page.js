// Draws the charts in the colours of the theme, and again where the theme or the paper changes.
(function () {
  "use strict";
  var root = document.documentElement;
  var given = JSON.parse(document.getElementById("chart-data").textContent);
  var button = document.getElementById("theme");
  var system = window.matchMedia("(prefers-color-scheme: dark)");
  var TOKEN = /^@([a-z]\w*)(?:\/([\d.]+))?$/;
  var NARROW = 560, PAPER = 630;

  function theme() {
    return root.getAttribute("data-theme") || (system.matches ? "dark" : "light");
  }

  // A drawing names its colours, such as @ink or @c0/0.4, so that one drawing serves both themes.
  function coloured(value, colours) {
    if (Array.isArray(value)) return value.map(function (inner) { return coloured(inner, colours); });
    if (value && typeof value === "object") {
      var found = {};
      Object.keys(value).forEach(function (name) { found[name] = coloured(value[name], colours); });
      return found;
    }
    var match = typeof value === "string" && TOKEN.exec(value);
    if (!match || !Object.prototype.hasOwnProperty.call(colours, match[1])) return value;
    var colour = colours[match[1]];
    if (match[2] === undefined) return colour;
    var parts = [1, 3, 5].map(function (place) { return parseInt(colour.slice(place, place + 2), 16); });
    return "rgba(" + parts.concat(match[2]).join(",") + ")";
  }

  // On a narrow page letters are a little smaller, and long names give room to the marks.
  function fitted(drawing, width) {
    if (width >= NARROW) return drawing;
    var layout = drawing.layout;
    layout.font.size = 12;
    layout.margin.r = 8;
    if (layout.showlegend) layout.height += 9 * drawing.data.length;
    ["xaxis", "yaxis"].forEach(function (name) {
      var axis = layout[name];
      if (!axis) return;
      axis.tickfont.size = 11;
      if (axis.nticks) axis.nticks = 4;
      if (layout.barmode && axis.range[0] === 0) axis.range[1] *= 1.12;
      if (axis.ticktext && name === "yaxis") axis.ticktext = axis.ticktext.map(shortened);
    });
    return drawing;
  }

  function shortened(text) {
    return text.length > 20 && text.indexOf("&") < 0 ? text.slice(0, 19) + "…" : text;
  }

  function draw(box, name, width) {
    var drawing = coloured(given.charts[box.getAttribute("data-chart")], given.themes[name]);
    fitted(drawing, width || box.clientWidth);
    drawing.layout.width = width || box.clientWidth;
    return Plotly.react(box, drawing.data, drawing.layout, { displayModeBar: false });
  }

  // One that cannot be drawn leaves its numbers open, and does not stop the others.
  function one(box, name, width) {
    return new Promise(function (resolve) { resolve(draw(box, name, width)); }).then(function () {
      if (!box.classList.contains("drawn")) box.parentNode.querySelector("details").open = false;
      box.classList.add("drawn");
    }, function (error) {
      box.hidden = true;
      console.error(box.getAttribute("data-chart"), error);
    });
  }

  function all(name, width) {
    return Promise.all(Array.prototype.map.call(document.querySelectorAll("[data-chart]"), function (box) {
      return one(box, name, width);
    }));
  }

  function label() {
    var dark = theme() === "dark";
    button.setAttribute("aria-pressed", String(dark));
    button.querySelector("span").textContent = dark ? "Light theme" : "Dark theme";
    button.setAttribute("aria-label", "Dark theme");
  }

  button.hidden = false;
  button.addEventListener("click", function () {
    var next = theme() === "dark" ? "light" : "dark";
    root.setAttribute("data-theme", next);
    try { localStorage.setItem("leadqual-theme", next); } catch (error) { /* it holds for this page alone */ }
    label();
    all(next);
  });
  system.addEventListener("change", function () { label(); all(theme()); });

  // A chart is as wide as its box, whatever made that narrower.
  var printing = false, watch = new ResizeObserver(function (entries) {
    if (printing) return;
    entries.forEach(function (entry) {
      var box = entry.target;
      if (box.classList.contains("drawn") && box.clientWidth !== box.layout.width) draw(box, theme());
    });
  });
  document.querySelectorAll("[data-chart]").forEach(function (box) { watch.observe(box); });
  window.addEventListener("beforeprint", function () { printing = true; all("light", PAPER); });
  window.addEventListener("afterprint", function () { printing = false; all(theme()); });

  label();
  all(theme()).then(function () { root.classList.add("done"); });
})();
