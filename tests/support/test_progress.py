"""The progress line where it is hardest: in a kernel whose outputs are stored."""

import nbclient
import nbformat
import pytest

FIT = """
from vaeteach import build_vae, fit, load
data = load("digits").binarized()
model = build_vae(data, hidden=(8,))
history = fit(model, data, epochs=4)
"""
STOPPED = FIT.replace("epochs=4", "epochs=4, on_step=lambda step: step >= 30")


@pytest.fixture(scope="module")
def outputs():
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(FIT), nbformat.v4.new_code_cell(STOPPED)]
    )
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()
    return [cell.outputs for cell in book.cells]


def test_a_stored_notebook_holds_one_final_line(outputs):
    (output,) = outputs[0]
    assert output.output_type == "display_data" and list(output.data) == ["text/plain"]
    line = output.data["text/plain"]
    assert "\n" not in line and "epoch 4/4" in line and "100%" in line and "nats" in line


def test_a_training_that_was_stopped_says_where(outputs):
    (output,) = outputs[1]
    assert "epoch 1.3/4" in output.data["text/plain"] and "100%" not in output.data["text/plain"]
