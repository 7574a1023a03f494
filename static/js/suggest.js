/* The keyboard for suggestions under a search field, after the combobox pattern of the ARIA Authoring Practices:
   arrows choose, Enter follows, Escape closes. htmx brings the list; without scripts the field searches as any other. */
"use strict";

function combobox(box) {
  const input = box.querySelector("input");
  const list = box.querySelector("[role=listbox]");
  const status = box.querySelector("[role=status]");
  let active = -1;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  const options = () => [...list.querySelectorAll("[role=option]")];

  function show(isOpen) {
    list.hidden = !isOpen;
    input.setAttribute("aria-expanded", String(isOpen));
    mark(-1);
  }

  function mark(place) {
    const found = options();
    active = place < -1 ? found.length - 1 : place >= found.length ? -1 : place;
    found.forEach((option, number) => option.setAttribute("aria-selected", String(number === active)));
    if (active < 0) {
      input.removeAttribute("aria-activedescendant");
    } else {
      input.setAttribute("aria-activedescendant", found[active].id);
      found[active].scrollIntoView({ block: "nearest" });
    }
  }

  list.addEventListener("htmx:afterSwap", () => {
    const found = options();
    found.forEach((option, place) => {
      option.id = `${list.id}-${place}`;
    });
    show(found.length > 0 && input.value.trim() !== "" && document.activeElement === input);
    status.textContent = list.hidden ? "" : `${list.getAttribute("aria-label")}: ${found.length}`;
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "Escape") {
      event.preventDefault();
      show(false);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      options()[active].click();
    }
  });
  input.form?.addEventListener("submit", () => show(false));
  box.addEventListener("focusout", (event) => {
    if (!box.contains(event.relatedTarget)) show(false);
  });
  // The field keeps the focus while the mouse is down on an option.
  list.addEventListener("mousedown", (event) => event.preventDefault());
}

document.querySelectorAll(".suggest").forEach(combobox);
