// Before anything is painted: the theme that was chosen last, and that scripts run here.
(function () {
  "use strict";
  var root = document.documentElement, chosen = null;
  root.classList.add("js");
  try { chosen = localStorage.getItem("leadqual-theme"); } catch (error) { /* nothing is remembered here */ }
  if (chosen === "light" || chosen === "dark") root.setAttribute("data-theme", chosen);
})();
