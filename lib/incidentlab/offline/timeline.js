"use strict";
// Draws each .incidentlab-timeline: controls as plain HTML, the figure by BokehJS. All text goes in as text.
(() => {
  if (window.incidentlabTimeline) return;
  window.incidentlabTimeline = true;
  const packed = window.incidentlabBokeh;
  let loaded = null;

  const load = async () => {
    if (window.Bokeh) return;
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text(); // its hash stands in the page's policy
    document.head.append(script);
    if (!window.Bokeh) throw new Error("BokehJS did not start");
  };

  const make = (tag, name, text = "", style = "") => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    made.textContent = text;
    made.style.cssText = style;
    return made;
  };

  const filters = (services, apply) => {
    const box = make("fieldset", "incidentlab-services", "", "border:0;padding:0;margin:.4rem 0;font-size:13px");
    box.append(make("legend", "", "Services shown:", "float:left;padding:0;margin-right:.8rem"));
    for (const service of services) {
      const label = make("label", "", "", "display:inline-block;margin-right:.9rem;white-space:nowrap;cursor:pointer");
      const tick = make("input", "incidentlab-service");
      Object.assign(tick, { type: "checkbox", checked: true, value: service });
      tick.addEventListener("change", () => apply([...box.querySelectorAll("input:checked")].map((i) => i.value)));
      label.append(tick, ` ${service}`);
      box.append(label);
    }
    return box;
  };

  const key = (legend) => {
    const box = make("p", "incidentlab-legend", "", "margin:.2rem 0;font-size:12px;line-height:1.6;color:inherit");
    for (const [sign, colour, words] of legend) {
      const entry = make("span", "", "", "display:inline-block;margin-right:1rem;white-space:nowrap");
      const edge = ";text-shadow:0 0 1px #888,0 0 1px #888";
      entry.append(make("span", "", sign, `color:${colour};font-size:14px${edge}`), ` ${words}`);
      box.append(entry);
    }
    return box;
  };

  const draw = async (place) => {
    if (place.dataset.drawn) return;
    place.dataset.drawn = "begun";
    try {
      const given = JSON.parse(place.dataset.figure);
      await (loaded ??= load());
      const target = make("div", "incidentlab-figure", "", "width:100%");
      const note = make("p", "incidentlab-note", given.note, "margin:.2rem 0;font-size:12px;color:inherit");
      place.replaceChildren(target, key(given.legend), note);
      const views = await window.Bokeh.embed.embed_item(given.item, target);
      const plot = views.get_by_id(given.item.root_id).model;
      const lanes = plot.y_range, all = [...lanes.factors];
      const apply = (shown) => {
        lanes.factors = all.filter((lane) => shown.includes(lane));
        plot.height = given.frame + given.lane * Math.max(1, lanes.factors.length);
      };
      place.prepend(filters([...all].reverse(), apply));
      place.dataset.drawn = "yes";
    } catch (error) {
      place.dataset.drawn = "no";
      place.append(make("p", "incidentlab-note", `The interactive figure could not be drawn here: ${error.message}`));
    }
  };

  const look = () => document.querySelectorAll(".incidentlab-timeline").forEach(draw);
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  look();
})();
