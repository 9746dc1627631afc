"use strict";
(() => {
  const steps = [...document.querySelectorAll(".step")];
  const states = [...document.querySelectorAll(".state")];
  let chosen = steps.length - 1;
  const show = (at) => {
    states.forEach((state, index) => { state.hidden = index !== at; });
    steps.forEach((step, index) => {
      if (index === at) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    });
  };
  const choose = (at) => { chosen = at; show(at); };
  const canHover = matchMedia("(hover: hover) and (min-width: 60rem)");
  steps.forEach((step, at) => {
    step.addEventListener("focus", () => choose(at));
    step.addEventListener("click", () => choose(at));
    step.addEventListener("mouseenter", () => { if (canHover.matches) show(at); });
  });
  document.querySelector(".rows")?.addEventListener("mouseleave", () => show(chosen));
  document.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowRight: 1, j: 1, ArrowUp: -1, ArrowLeft: -1, k: -1 }[event.key];
    const isInSteps = document.activeElement?.classList.contains("step");
    if (!by || !isInSteps || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    steps[Math.min(Math.max(chosen + by, 0), steps.length - 1)]?.focus();
  });
  const linked = steps.findIndex((step) => "#" + step.id === location.hash);
  if (linked >= 0) steps[linked].focus();
  else if (steps.length > 0) show(chosen);
})();
