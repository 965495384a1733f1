import { tenantFromHeaders } from "@bulkhead/next/edge";
import { headers } from "next/headers";
import type { ReactNode } from "react";

export default async function Layout({ children }: { children: ReactNode }) {
    // Up to Next.js 14 headers() is no promise; awaiting it does no harm.
    const tenant = tenantFromHeaders(await headers());
    return (
        <html lang="en">
            <body>
                <header>{tenant?.name ?? "No tenant"}</header>
                {children}
            </body>
        </html>
    );
}
