// What an application works with, so that it needs one import besides Hummingbird's.
@_exported public import BulkheadHummingbird
@_exported public import Logging
@_exported public import Postgres
@_exported public import Tenancy
@_exported public import TenancyPostgres
