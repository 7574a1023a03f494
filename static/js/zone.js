/* Offers the time zone that the device is set to, when it is one of the choices and not chosen already. */
"use strict";

const offer = document.querySelector("[data-zone-offer]");
const select = document.querySelector("select[name=time_zone]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

if (offer && select && [...select.options].some((option) => option.value === zone) && select.value !== zone) {
  offer.querySelector("[data-zone-name]").textContent = zone.replaceAll("_", " ");
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", () => {
    select.value = zone;
    offer.hidden = true;
    select.focus();
  });
}
