import type { ComponentType } from "preact";
import { CallPage } from "../pages/call.ts";
import { CallsPage } from "../pages/calls.ts";
import { ChangesPage } from "../pages/changes.ts";
import { DeadLettersPage } from "../pages/dead-letters.ts";
import { DeliveriesPage } from "../pages/deliveries.ts";
import { DeliveryPage } from "../pages/delivery.ts";
import { GuidePage } from "../pages/guide.ts";
import { NewTriggerPage } from "../pages/new-trigger.ts";
import { NotFoundPage } from "../pages/not-found.ts";
import { ReplaysPage } from "../pages/replays.ts";
import { SignInPage } from "../pages/sign-in.ts";
import { TenantsPage } from "../pages/tenants.ts";
import { TokensPage } from "../pages/tokens.ts";
import { TriggerPage } from "../pages/trigger.ts";
import { TriggersPage } from "../pages/triggers.ts";
import type { PageName } from "./routes.ts";

/** What is shown under each address. A page reads what it needs by `usePortal`. */
export const pages: Readonly<Record<PageName, ComponentType>> = {
  triggers: TriggersPage,
  "new-trigger": NewTriggerPage,
  trigger: TriggerPage,
  calls: CallsPage,
  call: CallPage,
  deliveries: DeliveriesPage,
  delivery: DeliveryPage,
  replays: ReplaysPage,
  "dead-letters": DeadLettersPage,
  guide: GuidePage,
  tokens: TokensPage,
  changes: ChangesPage,
  tenants: TenantsPage,
  "sign-in": SignInPage,
  "not-found": NotFoundPage,
};
