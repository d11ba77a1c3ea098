// The variant picker: price, stock and the largest quantity follow the choice.

export function start() {
  for (const form of document.querySelectorAll("form[data-variants]")) {
    form.addEventListener("change", (event) => {
      if (event.target.name === "variant_id") show(form, event.target);
    });
    // A reload may keep another choice than the page was made with.
    const chosen = form.querySelector("[name=variant_id]:checked");
    if (chosen) show(form, chosen);
  }
}

function show(form, choice) {
  const price = form.closest(".buy").querySelector("[data-price]");
  const parts = /^(\D*)([\d,]+)(\.\d+)?$/.exec(choice.dataset.price);
  if (parts) {
    const shown = { symbol: parts[1], whole: parts[2], cents: parts[3] ?? "" };
    for (const [part, text] of Object.entries(shown)) {
      const element = price.querySelector(`.price-${part}`);
      if (element) element.textContent = text;
    }
  } else {
    price.textContent = choice.dataset.price;
  }
  const stock = form.querySelector("[data-stock]:not(input)");
  stock.textContent = choice.dataset.stock;
  stock.className = `stock ${choice.dataset.stockClass}`;
  const quantity = form.elements.quantity;
  if (quantity) {
    quantity.max = choice.dataset.max;
    if (Number(quantity.value) > Number(choice.dataset.max)) quantity.value = choice.dataset.max;
  }
}
