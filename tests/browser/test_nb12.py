"""Notebook 12 in a real browser: the self-test answers, keeps its score, and the glossary opens
with its map drawn.
"""

import json

NOTEBOOK = "12_what_does_the_prior_do.ipynb"

TWICE_THE_KL = (
    "((mu - prior_mu)**2 / prior_logvar.exp() + (logvar - prior_logvar).exp() - 1"
    " - logvar + prior_logvar).sum(-1)"
)


def test_self_test_and_glossary(lab, own_cache):
    kept = own_cache / "self_test.json"
    kept.unlink(missing_ok=True)
    cells = lab.excerpt(NOTEBOOK, "imports", "quiz-run", "closing")
    with lab.open_and_run(cells) as sheet:
        quiz = sheet.page.locator(".vaeteach-quiz").first
        quiz.scroll_into_view_if_needed()
        press = {name: quiz.get_by_role("button", name=name) for name in ("Check", "Next", "Back")}

        quiz.get_by_text("the weights of the networks").click()
        press["Check"].click()
        quiz.get_by_text("Not yet.").wait_for()
        assert "notebook 01" in quiz.inner_text()
        quiz.get_by_text("the latent causes of single pictures").click()
        press["Check"].click()
        quiz.get_by_text("1 of 12 right").wait_for()
        sheet.screenshot("self-test-choice", quiz)

        press["Next"].click()
        quiz.get_by_text("Question 2.").wait_for()
        press["Next"].click()
        quiz.locator("input[type=text]").fill("0.82")
        press["Check"].click()
        quiz.get_by_text("2 of 12 right").wait_for()
        quiz.locator("mjx-container, .MathJax").first.wait_for()
        sheet.screenshot("self-test-number", quiz)

        press["Next"].click()
        quiz.locator("textarea").fill(TWICE_THE_KL)
        press["Check"].click()
        quiz.get_by_text("one half missing").wait_for()
        quiz.locator("textarea").fill(f"{TWICE_THE_KL} / 2")
        press["Check"].click()
        quiz.get_by_text("3 of 12 right").wait_for()
        sheet.screenshot("self-test-code", quiz)
        assert sum(json.loads(kept.read_text()).values()) == 3

        sheet.page.locator("a[href*='glossary.md']").last.click()
        page = sheet.page.locator(".jp-MarkdownViewer")
        page.locator("table").first.wait_for()
        sheet.screenshot("glossary")
        diagram = page.locator(".jp-RenderedMermaid img").first
        diagram.scroll_into_view_if_needed()
        diagram.wait_for()
        assert sheet.settle(diagram).std() > 5  # drawn, and not an empty box
        sheet.screenshot("glossary-map")
        sheet.no_page_errors()
