import { tenantFromHeaders } from "@bulkhead/next/edge";
import { headers } from "next/headers";
import { notFound } from "next/navigation";

export default async function Page() {
    const tenant = tenantFromHeaders(await headers()) ?? notFound();
    return <h1>Welcome to {tenant.name}</h1>;
}
