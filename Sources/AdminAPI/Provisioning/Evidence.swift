import BulkheadHummingbird
import Workflow

/// What a step can show for itself, passed on as it is; the names of objects in the order of the alphabet.
struct Evidence: JSONWritable {
    let document: JSONDocument

    func write(to json: inout JSONWriter) {
        switch self.document {
        case .null: json.null()
        case .bool(let value): json.bool(value)
        case .integer(let value): json.integer(value)
        case .number(let value): json.number(value)
        case .string(let value): json.string(value)
        case .array(let elements):
            json.array { json in
                for element in elements { Evidence(document: element).write(to: &json) }
            }
        case .object(let members):
            json.object { json in
                for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                    json.name(escaping: name)
                    Evidence(document: value).write(to: &json)
                }
            }
        }
    }
}
