"""How far two results are apart, and whether that is near enough."""
import math
import sys

import torch


def relative(found, wanted):
    """||found - wanted|| / ||wanted|| in double precision; 0 if both are 0."""
    found, wanted = (torch.as_tensor(x, dtype=torch.float64).reshape(-1) for x in (found, wanted))
    difference, size = (found - wanted).norm().item(), wanted.norm().item()
    return 0.0 if difference == 0 else difference / size if size else math.inf


def relative_numbers(found, wanted):
    """|found - wanted| / |wanted| of two numbers; 0 if neither is finite."""
    if not math.isfinite(wanted) or not math.isfinite(found):
        return 0.0 if math.isfinite(wanted) == math.isfinite(found) else math.inf
    difference = abs(found - wanted)
    return 0.0 if difference == 0 else difference / abs(wanted) if wanted else math.inf


class Verdict:
    """Prints comparisons as they come and remembers whether all were within their tolerance."""

    def __init__(self):
        self.good = True

    def require(self, what, good):
        """Something that must be true."""
        self.good = self.good and bool(good)
        print(f"{'ok  ' if good else 'FAIL'} {what}")

    def check(self, what, error, tolerance):
        """An error that must not exceed the tolerance (and must be a number)."""
        self.require(f"{what}: relative error {error:.2e}, tolerance {tolerance:.0e}",
                     error <= tolerance)

    def inform(self, what, error):
        """An error that decides nothing."""
        print(f"     {what}: relative error {error:.2e}")

    def exit(self):
        """Ends the program: 0 if everything was good, otherwise 1."""
        sys.stdout.flush()
        sys.exit(0 if self.good else 1)
