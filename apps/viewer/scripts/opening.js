/**
 * The first script of every page, inline, before anything else is loaded. It is ECMAScript 5, for browsers that do not parse the others:
 * whatever happens to those, the token leaves the address, and the page says why nothing happens. `src/links/link.ts` has its types.
 */
(function (window, document) {
  /** In browsers that are too old this is what to look for; Next.js builds for these. */
  var NEEDED = "Chrome or Edge 111, Firefox 111, Safari 16.4, or a newer version of one of them";
  /** A script that failed may not be needed; and until then one that comes late is not missing. */
  var SOON_MS = 2000;
  var LATE_MS = 30000;
  /** Nothing but a path, and fields that hold no secret. */
  var HARMLESS =
    /^\/[\w./-]*(?:#(?:(?:room|relay|embed|background|stats)=(?:[\w.:/[\]-]|%3a|%2f|%5b|%5d)*&?)*)?$/i;
  /** A link may be somewhere in it, if it is damaged. */
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
    var button;
    notice = document.createElement("div");
    notice.setAttribute("role", "alert");
    notice.id = "not-begun";
    var style = notice.style;
    style.position = "fixed";
    style.top = style.right = style.bottom = style.left = "0";
    style.zIndex = "1000";
    style.padding = "15vh 1.5rem 1.5rem";
    style.background = "#17171b";
    style.color = "#fafafa";
    style.font = "1rem/1.5 system-ui, sans-serif";
    style.textAlign = "center";
    append("h2", title).style.fontWeight = "bold";
    append("p", detail);
    if (offersReload) {
      button = append("button", "Reload");
      button.type = "button";
      button.style.cssText = "margin-top: 1rem; padding: .5rem 1.5rem; font: inherit";
      button.onclick = function () {
        location.reload();
      };
    }
    document.body.appendChild(notice);
    document.title = title;
  }

  function append(name, text) {
    var element = document.createElement(name);
    element.appendChild(document.createTextNode(text));
    return notice.appendChild(element);
  }

  function hide() {
    if (notice && notice.parentNode) notice.parentNode.removeChild(notice);
    notice = undefined;
  }

  function sayMissing() {
    show(
      "A part of this page did not arrive",
      "The page may have been updated, or the connection was interrupted.",
      true
    );
  }

  function sayTooOld() {
    show("This browser cannot run this page", "It needs " + NEEDED + ".", false);
  }

  function saySlow() {
    show(
      "This page is still loading",
      "A part of it has not arrived yet. The connection may be slow.",
      true
    );
  }

  function failed(event) {
    var target = event.target;
    if (begun) return;
    if (target && target.tagName === "SCRIPT") window.setTimeout(sayMissing, SOON_MS);
    else if (target === window && !notice) window.setTimeout(sayIfNothingElse, SOON_MS);
  }

  function sayIfNothingElse() {
    if (!notice) sayTooOld();
  }

  if (!isNotFound) {
    window.addEventListener("error", failed, true);
    window.setTimeout(function () {
      if (!notice) saySlow();
    }, LATE_MS);
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
      // Another address first: from "/" to "/#…" no page would be loaded.
      history.replaceState(null, "", "/damaged-link");
      location.replace("/#" + origin + tail);
    } else {
      // The page writes what may be shown of it, once it has read it. A reload before that finds it in the state.
      history.replaceState({ link: location.href }, "", path);
    }
  } catch (_) {
    // A browser that refuses this has no history to keep it in, either.
  }
})(window, document);
