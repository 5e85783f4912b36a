"""The rules of a lesson: functions from a notebook to sentences, one for each place where it breaks
the rule.
"""

import ast
import pathlib
import re

import nbformat

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def read(path):
    return nbformat.read(path, as_version=4)


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose_of(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def lines_of(source):
    return [line for line in source.splitlines() if line.strip()]


def tree_of(cell):
    """The syntax tree of a cell; magics do not parse, and are forbidden anyway."""
    return ast.parse(
        "\n".join("" if re.match(r"\s*[%!]", line) else line for line in cell.source.splitlines())
    )


def imports_in(cell):
    return [
        node for node in ast.walk(tree_of(cell)) if isinstance(node, (ast.Import, ast.ImportFrom))
    ]


def names_called(cell):
    """Dotted names of all functions called in a cell: {"checks.kl", "LatentExplorer", …}."""
    return {
        ast.unparse(node.func) for node in ast.walk(tree_of(cell)) if isinstance(node, ast.Call)
    }


def view_classes(notebook):
    """Names under which the notebook knows views: what it imports from vaeteach.widgets."""
    names = set()
    for cell in code_of(notebook):
        for node in imports_in(cell):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "vaeteach.widgets"
            ):
                names |= {alias.asname or alias.name for alias in node.names}
    return names


def is_view(cell, views):
    called = names_called(cell) if cell.cell_type == "code" else ()
    return any(
        name in views or re.fullmatch(r"(vaeteach\.)?widgets\.[A-Z]\w+", name) for name in called
    )


def exercises_in(cell):
    """Names of the checks that a cell calls."""
    return {
        name.split(".")[-1]
        for name in names_called(cell)
        if re.fullmatch(r"(vaeteach\.)?checks\.\w+", name)
    }


# --- the rules ------------------------------------------------------------------------------------


def rule_title(notebook):
    first = notebook.cells[0]
    title = first.source.splitlines()[0] if first.source else ""
    if first.cell_type != "markdown" or not re.fullmatch(r"# .+\?", title):
        yield f"the first line is the question, '# …?', and not {title!r}"
    opening = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            break
        opening.append(cell.source.lower())
    for words in ("able to", "need", "minutes"):
        if words not in "\n".join(opening):
            yield f"before the first code it says {words!r}"


def rule_imports(notebook):
    cells = [cell for cell in code_of(notebook) if imports_in(cell)]
    if len(cells) != 1:
        yield f"there is one import cell, not {len(cells)}: {[cell.id for cell in cells]}"
    elif len(lines_of(cells[0].source)) > 8:
        yield f"the import cell has {len(lines_of(cells[0].source))} lines, at most 8"


def rule_clean_code(notebook):
    for cell in code_of(notebook):
        for pattern, what in [
            (r"(?m)^\s*[!%]", "a magic or a shell command"),
            (r"\bpip\b.*\binstall\b|\bsubprocess\b|\bos\.system\b", "an installation"),
            (r"\bsys\.path\b", "sys.path"),
            (r"\.\./", "a path out of its folder (a lesson is handed out alone)"),
            (r"\bfilterwarnings\b|\bsimplefilter\b|\bcatch_warnings\b", "a warning filter"),
            (r"\btorch\.manual_seed\b|\bnp\.random\.seed\b", "a global seed"),
        ]:
            if re.search(pattern, cell.source):
                yield f"{cell.id}: {what}"


def rule_length(notebook):
    """Code to be read aloud: lines of 88 characters, cells of one idea, more prose than code."""
    code = code_of(notebook)
    for cell in code:
        if len(lines_of(cell.source)) > 20:
            yield f"{cell.id}: {len(lines_of(cell.source))} lines, at most 20"
        for line in cell.source.splitlines():
            if len(line) > 88:
                yield f"{cell.id}: a line of {len(line)} characters, at most 88"
    lines, words = sum(len(lines_of(cell.source)) for cell in code), len(prose_of(notebook).split())
    if words < 8 * lines:
        yield f"{words} words for {lines} lines of code: at least 8 a line"


def rule_one_import_style(notebook):
    imports = next((cell.source for cell in code_of(notebook) if imports_in(cell)), "")
    if "import vaeteach as vt" not in imports:
        yield "the import cell has `import vaeteach as vt`"


def rule_stored(notebook):
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        yield "nbformat 4.5 or later: earlier ones have no cell ids"
    ids = [cell.get("id", "") for cell in notebook.cells]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"the cell id {name!r} occurs twice"
    for name in ids:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
            yield f"the cell id {name!r} is not letters, digits, - and _"
        elif re.fullmatch(r"[0-9a-f]{8}|[0-9a-f-]{36}", name):
            yield f"the cell id {name!r} was drawn at random: give it a name that stays"
    for cell in code_of(notebook):
        if cell.outputs or cell.execution_count is not None:
            yield f"{cell.id}: outputs are stored (nbstripout --keep-id removes them)"
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "the kernel is called python3, so that it is found everywhere"
    if "widgets" in notebook.metadata:
        yield "the state of widgets is stored in the metadata"


def rule_views(notebook):
    views = view_classes(notebook)
    for i, cell in enumerate(notebook.cells):
        if is_view(cell, views):
            after = notebook.cells[i + 1] if i + 1 < len(notebook.cells) else None
            if (
                after is None
                or after.cell_type != "markdown"
                or not re.search(r"\bTry\b", after.source)
            ):
                yield f"{cell.id}: the cell after a view says what to try"


def rule_exercises(notebook):
    places = [
        i
        for i, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and exercises_in(cell)
    ]
    if not 2 <= len(places) <= 4:
        yield f"{len(places)} exercises, two to four"
    for i in places:
        cell = notebook.cells[i]
        if not any(
            isinstance(node, ast.Constant) and node.value is ... for node in ast.walk(tree_of(cell))
        ):
            yield f"{cell.id}: the stub returns ..."
        if i == 0 or notebook.cells[i - 1].cell_type != "markdown":
            yield f"{cell.id}: the task stands before the stub"
        folded = []
        for after in notebook.cells[i + 1 :]:
            if after.cell_type != "markdown":
                break
            folded.append(after.source)
        folded = "\n".join(folded)
        if folded.count("<details") != folded.count("</details>"):
            yield f"{cell.id}: a <details> is not closed"
        if not re.search(r"<details>\s*<summary>[^<]*[Hh]int", folded):
            yield f"{cell.id}: a hint that unfolds"
        solution = re.search(
            r"<details>\s*<summary>[^<]*[Ss]olution[^<]*</summary>(.*?)</details>",
            folded,
            re.DOTALL,
        )
        block = solution and re.search(r"\n\n```python\n(.*?)\n```", solution[1], re.DOTALL)
        if not block:  # the empty line before the fence is what makes it code inside HTML
            yield f"{cell.id}: a solution that unfolds, with a ```python block after an empty line"
            continue
        asked = {node.name for node in ast.walk(tree_of(cell)) if isinstance(node, ast.FunctionDef)}
        solved = {
            node.name for node in ast.walk(ast.parse(block[1])) if isinstance(node, ast.FunctionDef)
        }
        if asked - solved:
            yield f"{cell.id}: the solution defines {sorted(asked)}, and not {sorted(solved)}"


def rule_closing(notebook):
    number = notebook.metadata.get("number", "")
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    heads = [
        i for i, cell in enumerate(prose) if re.search(r"(?m)^#+ What we now know", cell.source)
    ]
    if not heads:
        yield "it closes with '## What we now know'"
        return
    closing = "\n\n".join(cell.source for cell in prose[heads[-1] :])
    if not re.search(r"(?m)^\|.*\b([Hh]olds|[Ff]alse)\b.*\|", closing):
        yield "the closing has a table of claims with their verdicts: holds, holds if …, false"
    if not re.search(r"\bSources?\b|\bReferences\b", closing):
        yield "the closing names its sources"
    if number != "12" and not re.search(r"\]\(\d\d_\w+\.ipynb\)|\b[Nn]ext\b", closing):
        yield "the closing points to the next notebook"


def rule_no_measured_numbers(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"(?s)```.*?```", "", cell.source)
            for found in re.findall(r"[-−]?\d+\.\d+ (?:nats?|seconds?|s|ms|%)(?!\w)", prose):
                yield (
                    f"{cell.id}: the measured number {found!r} stands in prose; let a cell compute"
                    " and show it"
                )


def rule_links(notebook):
    there = {path.name for path in NOTEBOOKS}
    planned = re.compile(r"\d\d_\w+\.ipynb")
    for name in set(re.findall(r"\]\(([^)#\s]+\.ipynb)", prose_of(notebook))):
        if (
            planned.fullmatch(name)
            and name not in there
            and name[:2] in {path.name[:2] for path in NOTEBOOKS}
        ):
            yield f"it links to {name}, which does not exist"


def rule_alt(notebook):
    """A cell that makes a static figure says what it shows: alt="…" or figure.alt = …"""
    for cell in code_of(notebook):
        nodes = list(ast.walk(tree_of(cell)))
        calls = [
            node
            for node in nodes
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("new_figure")
        ]
        given = [keyword for call in calls for keyword in call.keywords if keyword.arg == "alt"]
        set_later = [
            target
            for node in nodes
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Attribute) and target.attr == "alt"
        ]
        if len(given) + len(set_later) < len(calls):
            yield f"{cell.id}: a figure without alt text; say in it what the figure shows"


RULES = [
    rule_alt,
    rule_title,
    rule_imports,
    rule_clean_code,
    rule_length,
    rule_one_import_style,
    rule_stored,
    rule_views,
    rule_exercises,
    rule_closing,
    rule_no_measured_numbers,
    rule_links,
]
