public import HTTPTypes
public import Hummingbird
import NIOCore
public import Tenancy

extension StoredAnswer {
    /// An answer whose body is the JSON form of `value`.
    public init(json value: some JSONWritable, status: HTTPResponse.Status, headers: HTTPFields = [:]) {
        var json = JSONWriter()
        value.write(to: &json)
        var fields = ["content-type": "application/json"]
        for field in headers { fields[field.name.canonicalName] = headers[field.name] }
        self.init(status: status.code, headers: fields, body: json.bytes)
    }
}

extension Response {
    /// A response as it was or will be stored.
    ///
    /// - Parameter isReplayed: whether it was given before; then it says so.
    public init(_ answer: StoredAnswer, isReplayed: Bool = false) {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        if isReplayed { headers[.idempotencyReplayed] = "true" }
        self.init(
            status: .init(code: answer.status), headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    /// The response to a request that is answered once.
    ///
    /// - Parameter answer: tells what was done now.
    public init<Value>(_ once: Once<Value>, answer: (Value) -> StoredAnswer) {
        switch once {
        case .done(let value): self.init(answer(value))
        case .answered(let stored): self.init(stored, isReplayed: true)
        }
    }
}
