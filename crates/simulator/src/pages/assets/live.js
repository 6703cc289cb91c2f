// Shows new requests as they come. Without it the page is complete, and reloading it brings the new ones.
"use strict";

const rows = document.querySelector("tbody[data-live]");

if (rows) {
  const box = document.getElementById("live");
  box.closest("p").hidden = false;
  let after = Number(rows.dataset.after);

  const cell = (kind, text, className) => {
    const element = document.createElement(kind);
    element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  const badge = (entry) => {
    const words = {
      answered: `${entry.status}`,
      dropped_before: "dropped before",
      dropped_after: `${entry.status}, dropped after`,
      dropped_then_late: "dropped, lands later",
      late: `${entry.status}, landed late`,
    };
    const good = entry.ending === "answered" && entry.status < 400;
    const mood = entry.ending === "late" ? "" : good ? " good" : " bad";
    const answer = document.createElement("td");
    answer.append(cell("span", words[entry.ending] ?? entry.ending, `badge${mood}`));
    return answer;
  };

  const row = (entry) => {
    const at = document.createElement("td");
    at.append(cell("time", `${entry.at.slice(0, 10)} ${entry.at.slice(11, 19)} UTC`));
    at.firstChild.dateTime = entry.at;
    const request = cell("th", `${entry.method} ${entry.path}`, "path");
    request.scope = "row";
    const error = [entry.error_code, entry.error_subcode].filter((code) => code !== null).join(" / ");
    const waba = document.createElement("td");
    waba.className = "ids";
    if (entry.waba) {
      const link = cell("a", entry.waba);
      link.href = `/_sim/wabas/${encodeURIComponent(entry.waba)}`;
      waba.append(link);
    }
    const line = document.createElement("tr");
    line.append(cell("td", entry.seq), at, request, badge(entry), cell("td", error), waba);
    return line;
  };

  const look = async () => {
    if (!box.checked || document.hidden) return;
    const answer = await fetch(`/_sim/requests?after=${after}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { entries } = await answer.json();
    for (const entry of entries) {
      rows.prepend(row(entry));
      after = entry.seq;
    }
    while (rows.children.length > Number(rows.dataset.rows)) rows.lastElementChild.remove();
    if (entries.length > 0) {
      rows.closest(".scroll").hidden = false;
      document.querySelector(".empty")?.remove();
      const count = document.querySelector(".pager span");
      count.textContent = count.textContent.replace(/^[\d,]+ requests?/, `${after.toLocaleString("en")} request${after === 1 ? "" : "s"}`);
    }
  };

  // A simulator that was stopped answers nothing; the page stays as it is.
  setInterval(() => look().catch(() => {}), 2000);
}
