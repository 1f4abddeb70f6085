// Sorting and searching of the report's tables. Their rows are texts in JSON beside each table: only those
// that are asked for become part of the page, so that 853 rows cost nothing until then.
"use strict";

(() => {
  const page = document.documentElement;
  const order = new Intl.Collator(page.lang, { sensitivity: "base", numeric: true });

  // "São João" is found by "sao joao".
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  // The number in a cell: of an interval its lower end; "<0.01" comes before 0.01 and ">0.99" after 0.99.
  const numberIn = (text) => {
    const value = parseFloat(text.replace(/^[[<>]/, "").replaceAll("−", "-").replace(",", "."));
    return value + (text.startsWith("<") ? -1e-9 : text.startsWith(">") ? 1e-9 : 0);
  };

  const sorted = (rows, column, numeric, descending) => {
    const sign = descending ? -1 : 1;
    const keyed = rows.map((row) => ({ row, key: numeric ? numberIn(row.cells[column]) : row.cells[column] }));
    const empty = numeric ? (key) => Number.isNaN(key) : (key) => key === "";
    keyed.sort((a, b) => {
      // What is missing comes last in either direction.
      if (empty(a.key) || empty(b.key)) return empty(a.key) - empty(b.key);
      return sign * (numeric ? a.key - b.key : order.compare(a.key, b.key));
    });
    return keyed.map(({ row }) => row);
  };

  const prepare = (block) => {
    const data = JSON.parse(block.querySelector("script").textContent);
    const headers = [...block.querySelectorAll("thead th")];
    const body = block.querySelector("tbody");
    const search = block.querySelector("input");
    const status = block.querySelector("[role=status]");
    const more = block.querySelector("button.more");
    const all = data.rows.map((cells) => ({ cells, text: plain(cells.join("\n")) }));
    let rows = all;
    let open = false;

    const asElement = ({ cells }) => {
      const line = document.createElement("tr");
      cells.forEach((text, place) => {
        const cell = document.createElement(place === data.head ? "th" : "td");
        if (place === data.head) cell.scope = "row";
        if (headers[place].classList.contains("number")) cell.className = "number";
        // As text: a name is never markup.
        cell.textContent = text;
        line.append(cell);
      });
      return line;
    };

    const show = () => {
      const wanted = plain(search.value.trim());
      const found = wanted ? rows.filter((row) => row.text.includes(wanted)) : rows;
      const shown = open || wanted ? found : found.slice(0, data.shown);
      body.replaceChildren(...shown.map(asElement));
      status.textContent = status.dataset.text.replace("{shown}", shown.length).replace("{n}", all.length);
      if (more) {
        more.hidden = Boolean(wanted);
        more.textContent = open ? more.dataset.less : more.dataset.more;
        more.setAttribute("aria-expanded", open);
      }
    };

    headers.forEach((header, column) => {
      header.querySelector("button").addEventListener("click", () => {
        const descending = header.getAttribute("aria-sort") === "ascending";
        headers.forEach((other) => other.setAttribute("aria-sort", "none"));
        header.setAttribute("aria-sort", descending ? "descending" : "ascending");
        rows = sorted(all, column, header.classList.contains("number"), descending);
        show();
      });
    });
    search.addEventListener("input", show);
    more?.addEventListener("click", () => {
      open = !open;
      show();
    });
    show();
  };

  page.classList.add("js");
  document.querySelectorAll("[data-table]").forEach(prepare);
})();
