// The back office: orders, products, stock, promotions, reviews, people, reports.
import { run } from "../kit/view.js";

/** A view whose module is loaded when somebody goes there. */
const lazy =
  (load, name = "show") =>
  async (visit) =>
    (await load())[name](visit);
const orders = () => import("./orders/list.js");
const order = () => import("./orders/order.js");
const promotions = () => import("./promotions/list.js");
const hooks = () => import("./webhooks/list.js");

run([
  ["/office", lazy(() => import("./overview.js"))],
  ["/office/orders", lazy(orders)],
  ["/office/orders/:id", lazy(order)],
  ["/office/products", lazy(() => import("./products/list.js"))],
  ["/office/products/new", lazy(() => import("./products/new.js"))],
  ["/office/products/categories", lazy(() => import("./products/categories.js"))],
  ["/office/products/:id", lazy(() => import("./products/product.js"))],
  ["/office/stock", lazy(() => import("./stock/find.js"))],
  ["/office/stock/:id", lazy(() => import("./stock/variant.js"))],
  ["/office/promotions", lazy(promotions)],
  ["/office/promotions/new", lazy(() => import("./promotions/edit.js"), "fresh")],
  ["/office/promotions/try", lazy(() => import("./promotions/tryout.js"))],
  ["/office/promotions/coupons", lazy(() => import("./promotions/coupons.js"))],
  ["/office/promotions/:id", lazy(() => import("./promotions/edit.js"))],
  ["/office/reviews", lazy(() => import("./reviews.js"))],
  ["/office/people", lazy(() => import("./people/find.js"))],
  ["/office/people/:id", lazy(() => import("./people/person.js"))],
  ["/office/reports", lazy(() => import("./reports.js"))],
  ["/office/prices", lazy(() => import("./prices.js"))],
  ["/office/webhooks", lazy(hooks)],
  ["/office/webhooks/:id", lazy(() => import("./webhooks/endpoint.js"))],
  ["/office/audit", lazy(() => import("./audit.js"))],
]);
