from .case import Case as Case
from .expectation import Expectation as Expectation
from .given import Given as Given
from .given import given as given
from .outcome import ExpectationFailed as ExpectationFailed
from .outcome import Outcome as Outcome
from .running import run as run
from .running import watched as watched
