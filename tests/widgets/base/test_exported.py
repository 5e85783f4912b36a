"""A view in a page brings its module and its state along, and asks nothing of anybody."""

import base64

import pytest
from shown import brought

from vaeteach.widgets.base.exported import exported, still_picture


@pytest.fixture
def page():
    still = still_picture(b"picture", 'a "dot" <here>', 300)
    state = {"words": "</script><!-- ü"}
    return exported(still, "export default {};", "p { color: red }", state, {"codes": b"\x00\xff"})


def test_what_is_put_in_comes_out(page):
    data = brought(page)
    assert data["state"] == {"words": "</script><!-- ü"} and data["css"] == "p { color: red }"
    assert base64.b64decode(data["binary"]["codes"]) == b"\x00\xff"
    assert page.count("</script>") == 2, "no text can end the script that holds it"


def test_without_scripts_there_is_a_picture_with_its_words(page):
    still = page.split("<script")[0]
    assert 'alt="a &quot;dot&quot; &lt;here&gt;" width="300"' in still
    assert base64.b64encode(b"picture").decode() in still


def test_two_views_of_a_page_keep_apart(page):
    assert page.split('id="')[1][:40] != exported("", "").split('id="')[1][:40]
