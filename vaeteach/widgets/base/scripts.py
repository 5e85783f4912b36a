"""Scripts of a view that stand in several files, as the one text that anywidget and pages take."""

import re
from pathlib import Path

WIDGETS = Path(__file__).parent.parent


def es_module(*paths):
    """Plain ES modules as one text: imports from each other become the text itself.

    paths: below `vaeteach/widgets`, each after those that it imports from; only the last may have a
    default export. Names are shared. Raises ValueError where an import is not of an earlier file,
    or a name is declared twice.
    """
    texts, names = [], {}
    for path in paths:
        text = (WIDGETS / path).read_text("utf-8")
        for wanted in re.findall(r"(?m)^import \{([^}]*)\} from", text):
            for name in filter(None, map(str.strip, wanted.split(","))):
                if name not in names:
                    raise ValueError(f"{path} imports {name}, which no file before it declares.")
        for name in re.findall(r"(?m)^(?:export )?(?:async )?(?:function|const|let) (\w+)", text):
            if name in names:
                raise ValueError(f"{path} declares {name}, and so does {names[name]}.")
            names[name] = path
        text = re.sub(r"(?m)^import [^;]*;\n", "", text)
        texts.append(re.sub(r"(?m)^export (?!default)", "", text))
    return "\n".join(texts)


def style_sheet(*paths):
    """These files below `vaeteach/widgets` as one text."""
    return "\n".join((WIDGETS / path).read_text("utf-8") for path in paths)
