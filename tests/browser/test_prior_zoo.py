"""The prior zoo in JupyterLab: a prior chosen after another one's knobs were moved stands as it was
trained.
"""

import re

CELL = """import vaeteach as vt
from vaeteach.widgets import PriorZoo
data = vt.load("digits").binarized().subset(200, 60)
priors = {"normal": vt.StandardNormal(2), "learned": vt.LearnedNormal(2),
          "student": vt.StudentT(2, 5), "box": vt.BetaPrior(2, 1.0, 1.0),
          "sphere": vt.SpherePrior(), "mixture": vt.GaussianMixture(2, 3)}
kinds = {"box": "beta", "sphere": "von_mises_fisher"}
models = {name: vt.build_vae(data, 3 if name == "sphere" else 2, prior=prior, hidden=(8,),
                             posterior=kinds.get(name, "gaussian"))
          for name, prior in priors.items()}
models = {name: model.requires_grad_(False) for name, model in models.items()}
zoo = PriorZoo(models, data, n_codes=50)
zoo"""


def knobs(image):
    """(name of the prior, values of its two knobs), as the picture's words give them."""
    words = image.get_attribute("aria-label").split(":")[0]
    name, *rest = words.split(", ")
    return name, [float(re.findall(r"-?\d+\.\d\d", part)[-1]) for part in rest]


def test_no_prior_inherits_the_knobs_of_another(lab):
    with lab.open_and_run(lab.notebook(CELL)) as sheet:
        (view,) = sheet.views()
        image, choice = view.locator(".vaeteach-picture"), view.locator("select")
        sheet.settle(image)
        names, starts = choice.locator("option").all_inner_texts(), {}
        for name in names:
            choice.select_option(name)
            view.locator(f"canvas[aria-label^='{name},']").wait_for()
            starts[name] = knobs(image)[1]
        pairs = [(one, other) for one in names for other in names if one != other]
        for one, other in pairs:
            choice.select_option(one)
            view.locator(f"canvas[aria-label^='{one},']").wait_for()
            for number in (0, 1):
                before = image.get_attribute("aria-label")
                view.locator(".noUi-handle").nth(number).focus()
                sheet.page.keyboard.press("End")
                sheet.page.wait_for_function(
                    "([c, was]) => c.ariaLabel !== was", arg=[image.element_handle(), before]
                )
            choice.select_option(other)
            view.locator(f"canvas[aria-label^='{other},']").wait_for()
            sheet.page.wait_for_timeout(250)  # an echo of the page would come now
            assert knobs(image) == (other, starts[other]), f"after {one}"
        sheet.screenshot("prior_zoo-after-all-pairs", view)
        sheet.no_page_errors()
