/**
 * Says when this browser is too old for what JupyterLab uses, whose page would stay empty. It is written for browsers
 * of any age. The log-in page of Jupyter (packages/workshop/src/workshop/jupyter/login.html) asks the same.
 */
(function () {
  "use strict";

  var isOld = true;
  try {
    new RegExp("(?<=a)b");
    isOld = typeof structuredClone !== "function";
  } catch (error) {
    // It is.
  }
  document.getElementById("old-browser").hidden = !isOld;
})();
