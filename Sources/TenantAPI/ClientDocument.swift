import BulkheadHummingbird
import Foundation
import Tenancy

/// A client as the tenant API shows it.
struct ClientDocument: JSONWritable {
    let client: Client

    var entityTag: EntityTag { EntityTag(version: self.client.version) }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", self.client.id.uuid)
            json.member("name", self.client.name)
            json.member("email", self.client.email?.description)
            json.member("phone", self.client.phone)
            json.member("notes", self.client.notes)
            json.member("version", self.client.version)
            json.member("createdAt", self.client.createdAt)
            json.member("updatedAt", self.client.updatedAt)
        }
    }
}
