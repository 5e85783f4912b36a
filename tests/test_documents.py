"""The documents name what is there: every folder, and the files of the guided tour."""

import re

import pytest


def rows(text, columns):
    cells = (line.strip("|").split("|") for line in text.splitlines() if line.startswith("| "))
    return [[cell.strip() for cell in row] for row in cells if len(row) == columns]


def test_the_readme_names_every_folder_of_the_package(root):
    part = (root / "README.md").read_text("utf-8").split("## The package")[1].split("\n## ")[0]
    named = [re.fullmatch(r"\[`(\w+)`\]\(vaeteach/(\w+)\)", row[0]) for row in rows(part, 2)[1:]]
    assert all(named) and all(found[1] == found[2] for found in named)
    folders = {path.parent.name for path in (root / "vaeteach").glob("*/__init__.py")}
    assert sorted(found[1] for found in named) == sorted(folders)


def test_the_guided_tour_leads_somewhere(root):
    text = (root / "CONTRIBUTING.md").read_text("utf-8")
    tour = [row for row in rows(text, 3) if row[0].endswith("?")]
    assert len(tour) == 10
    for question, path, words in tour:
        content = (root / path.strip("`")).read_text("utf-8")
        assert words.strip("`") in content, f"{question} {path} does not hold {words}"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_and_paths_exist(root, name):
    text = (root / name).read_text("utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    paths = re.findall(r"`((?:vaeteach|tests|benchmarks|notebooks|teaching)/[\w/.]*)`", text)
    made = {"benchmarks/runs/", "tests/artefacts/"}
    for path in {*links, *paths} - made:
        if "XX" not in path:
            assert (root / path).exists(), path
