"""The lines of the primer show what their comments say."""

import re

import torch
from lesson_rules import FOLDER

PRIMER = (FOLDER / "primer.md").read_text(encoding="utf-8")


def test_every_comment_that_shows_a_value_is_true():
    names, compared = {}, 0
    for block in re.findall(r"(?s)```python\n(.*?)```", PRIMER):
        exec(block, names)
        for line in block.splitlines():
            code, _, shown = line.partition("  # ")
            if re.match(r"(torch\.Size|tensor)\(|[\d.]+$", shown):
                expected = eval(shown, {"torch": torch, "tensor": torch.tensor, "inf": torch.inf})
                got = eval(code, names)
                compared += 1
                if torch.is_tensor(expected):
                    assert got.shape == expected.shape, line
                    assert torch.allclose(got, expected, atol=1e-4), line
                else:
                    assert got == expected, line
    assert compared >= 12


def test_the_first_lesson_and_the_readme_link_to_it():
    for name in ("00_start_here.ipynb", "../README.md"):
        assert "primer.md" in (FOLDER / name).read_text(encoding="utf-8"), name
