"""R2 lines of machine files: keys that say nothing where they stand are refused, with what to do."""

from __future__ import annotations

import pytest

from switchsim.assembly.r2 import R2Spec
from switchsim.assembly.yamlfile import parse
from switchsim.errors import BadInput


def line(keys: str) -> R2Spec:
    return parse(f"kind: r2\n{keys}\n".encode(), "m.yaml").validate(R2Spec)


def test_toll_is_chinas_alone() -> None:
    assert line("variant: china\ntoll: true").config().toll
    assert not line("toll: false").config().toll
    for variant in ("", "\nvariant: itu"):
        with pytest.raises(BadInput) as caught:
            line("toll: true" + variant)
        assert str(caught.value) == ("m.yaml:2: toll: true says nothing to variant itu, which has no KD signals; "
                                     "expected variant: china with it; remove toll, or set variant: china")  # fmt: skip
