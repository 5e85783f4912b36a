// Judges the self-test in a page, from what is hidden in it; the score stays in this browser.
const KEPT = "vaeteach-self-test";

function remembered() {
  try { return JSON.parse(localStorage.getItem(KEPT)) ?? {}; } catch { return {}; }
}

function remember(results) {
  try { localStorage.setItem(KEPT, JSON.stringify(results)); } catch { /* a browser may forbid it */ }
}

// What is said to the answer that stands in this form, or null where there is none.
function answered(form) {
  const says = [...form.querySelectorAll(".says")], chosen = form.querySelector("input[type=radio]:checked");
  if (chosen) return says.find((one) => one.dataset.option === chosen.value);
  const text = form.querySelector("input[type=text]")?.value.trim().replace(",", ".").replace("−", "-");
  if (!text) return null;
  const near = (one) => Math.abs(Number(text) - Number(one.dataset.value)) <= Number(form.dataset.tolerance);
  return says.find((one) => one.dataset.value && near(one)) ?? says.at(-1);
}

function render({ el }) {
  const forms = [...el.querySelectorAll("fieldset")], total = el.querySelector(".total"), results = remembered();
  const asked = forms.filter((form) => form.querySelector("button"));
  const tell = () => {
    const right = asked.filter((form) => results[form.dataset.key]).length;
    total.textContent = `${right} of ${asked.length} right. The score stays in this browser.`;
  };
  for (const form of asked) form.querySelector("button").addEventListener("click", () => {
    const said = answered(form);
    for (const one of form.querySelectorAll(".says")) one.hidden = one !== said;
    if (!said) return;
    results[form.dataset.key] = said.dataset.right === "1";
    form.dataset.judged = results[form.dataset.key] ? "right" : "wrong";
    remember(results);
    tell();
  });
  tell();
}

export default { render };
