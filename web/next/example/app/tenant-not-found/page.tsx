import { notFound } from "next/navigation";

// Where the middleware leads for hosts without a tenant: shows app/not-found.tsx, with status 404 even where the
// platform ignores the status of a rewrite.
export const dynamic = "force-dynamic";

export default function TenantNotFound() {
    notFound();
}
