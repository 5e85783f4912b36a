// Brings the views of a page to life when they are reached; their files lie in this folder. build.py puts `alone` above.
const vaeteachWaiting = {};

function vaeteachArrived(key, data) {
  for (const el of vaeteachWaiting[key] ?? []) alone(data, el);
  delete vaeteachWaiting[key];
}

document.addEventListener("DOMContentLoaded", () => {
  const reached = new IntersectionObserver((entries) => {
    for (const { target: el, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      reached.unobserve(el);
      (vaeteachWaiting[el.dataset.view] ??= []).push(el);
      document.head.append(Object.assign(document.createElement("script"), { src: el.dataset.from }));
    }
  }, { rootMargin: "800px" });
  for (const el of document.querySelectorAll("[data-view]")) reached.observe(el);
});

// A formula that is wider than its place scrolls in it, by keys, too; others are no stop of the Tab key.
function reachFormulas() {
  for (const box of document.querySelectorAll(".formula, article :is(p, li):has(> math)")) {
    const wide = box.scrollWidth > box.clientWidth;
    box.style.overflow = wide ? "auto hidden" : "";
    if (wide) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
for (const event of ["load", "resize"]) window.addEventListener(event, reachFormulas);
document.addEventListener("toggle", reachFormulas, true); // what was folded

// On paper everything is open.
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
