"""The clinic in JupyterLab: choose a case, be surprised, commit to a diagnosis, read the
evidence.
"""

CELL = """from vaeteach import load
from vaeteach.diagnosis import faults, trained_cases
from vaeteach.widgets import Clinic
faults.EPOCHS = 6  # a short illness is enough here
data = load("digits").binarized()
names = ("collapse_by_objective", "kl_sign", "mean_reduced")
clinic = Clinic(data, trained_cases(data, names, seed=12))
clinic"""


def test_the_clinic(lab):
    with lab.open_and_run(lab.notebook(CELL)) as sheet:
        (view,) = sheet.views()
        picture, case, guess = (
            view.locator(".vaeteach-picture"),
            view.locator("select").nth(0),
            view.locator("select").nth(1),
        )
        surprise, commit = (
            view.get_by_role("button", name="surprise me"),
            view.get_by_role("button", name="commit"),
        )
        sheet.settle(picture)
        assert "Dashboard" in picture.get_attribute("aria-label")

        case.select_option(label="Numerical failure: the KL has the wrong sign")
        shown = sheet.settle(picture, still=1.0)  # it may be the very case that was hidden
        guess.select_option(label="A mean-reduced loss")
        commit.click()
        view.get_by_text("Your diagnosis was “A mean-reduced loss”").wait_for(timeout=60_000)
        assert "weight of the KL" in view.inner_text()
        sheet.screenshot("clinic-evidence", view)

        surprise.click()
        assert sheet.changed(picture, shown) > 0.005
        sheet.settle(picture)
        assert case.input_value() == "hidden case"
        assert "weight of the KL" not in view.inner_text()
        sheet.screenshot("clinic-hidden", view)

        guess.select_option(label="Posterior collapse by the objective")
        commit.focus()
        sheet.page.keyboard.press("Enter")
        view.get_by_text("It was:").wait_for(timeout=60_000)
        sheet.no_page_errors()
