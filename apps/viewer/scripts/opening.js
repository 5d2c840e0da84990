/**
 * The first script of every page, inline, in ECMAScript 5, so that it also runs in browsers that cannot parse the others. It takes the
 * token out of the address, and explains why the page does not start. `src/links/link.ts` has its types.
 */
(function (window, document) {
  /** The targets of Next.js. */
  var NEEDED = "Chrome or Edge 111, Firefox 111, Safari 16.4, or a newer version of one of them";
  /** A failed script may not be needed, and a slow one may still arrive. */
  var SOON_MS = 2000;
  var LATE_MS = 30000;
  /** Only a path, and fields without secrets. */
  var HARMLESS =
    /^\/[\w./-]*(?:#(?:(?:room|relay|embed|background|stats)=(?:[\w.:/[\]-]|%3a|%2f|%5b|%5d)*&?)*)?$/i;
  /** A damaged link may be part of the address. */
  var LINK = /room|token|relay|eyJ/i;

  var location = window.location;
  var history = window.history;
  var isNotFound = document.getElementById("opening").hasAttribute("data-not-found");
  var origin = location.protocol + "//" + location.host;
  var tail = location.href.slice(origin.length);
  var harmless = HARMLESS.test(tail) && tail.indexOf("eyJ") < 0;
  var path = HARMLESS.test(location.pathname) ? location.pathname : "/";
  var begun = false;
  var notice;

  function show(title, detail, offersReload) {
    if (begun || !document.body) return;
    hide();
    notice = document.createElement("div");
    notice.setAttribute("role", "alert");
    notice.id = "not-begun";
    notice.style.cssText =
      "position: fixed; top: 0; right: 0; bottom: 0; left: 0; z-index: 1000; padding: 15vh 1.5rem 1.5rem; " +
      "background: #17171b; color: #fafafa; font: 1rem/1.5 system-ui, sans-serif; text-align: center";
    append("h2", title, "font-weight: bold");
    append("p", detail, "");
    if (offersReload) {
      append("button", "Reload", "margin-top: 1rem; padding: .5rem 1.5rem; font: inherit").onclick =
        function () {
          location.reload();
        };
    }
    document.body.appendChild(notice);
    document.title = title;
  }

  function append(name, text, css) {
    var element = document.createElement(name);
    element.style.cssText = css;
    element.appendChild(document.createTextNode(text));
    return notice.appendChild(element);
  }

  function hide() {
    if (notice && notice.parentNode) notice.parentNode.removeChild(notice);
    notice = undefined;
  }

  function showMissing() {
    var why = "The page may have been updated, or the connection was interrupted.";
    show("A part of this page did not arrive", why, true);
  }

  function showTooOld() {
    if (!notice) show("This browser cannot run this page", "It needs " + NEEDED + ".", false);
  }

  function showSlow() {
    var why = "A part of it has not arrived yet. The connection may be slow.";
    if (!notice) show("This page is still loading", why, true);
  }

  function failed(event) {
    var target = event.target;
    if (begun) return;
    if (target && target.tagName === "SCRIPT") window.setTimeout(showMissing, SOON_MS);
    else if (target === window && !notice) window.setTimeout(showTooOld, SOON_MS);
  }

  if (!isNotFound) {
    window.addEventListener("error", failed, true);
    window.setTimeout(showSlow, LATE_MS);
  }

  window.opening = {
    link: (harmless && history.state && history.state.link) || location.href,
    begun: function () {
      begun = true;
      hide();
      window.removeEventListener("error", failed, true);
    },
  };

  if (harmless) return;
  try {
    if (isNotFound) {
      if (!LINK.test(tail)) return;
      // Another address first: navigating from "/" to "/#…" would load no page.
      history.replaceState(null, "", "/damaged-link");
      location.replace("/#" + origin + tail);
    } else {
      // Once the page has read the link, it shows it without the token. Until then, a reload finds it in the state.
      history.replaceState({ link: location.href }, "", path);
    }
  } catch (_) {
    // A browser that refuses this keeps no history either.
  }
})(window, document);
