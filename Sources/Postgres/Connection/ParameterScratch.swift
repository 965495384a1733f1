/// Memory in which the values of a statement are laid out for libpq, used again for each statement.
struct ParameterScratch {
    private var bytes: [UInt8] = []
    private var offsets: [Int] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var types: [UInt32] = []
    private var pointers: [UnsafePointer<CChar>?] = []

    /// The arrays that PQsendQueryParams and PQsendQueryPrepared take; valid inside of the closure only.
    struct Arrays {
        let count: Int32
        let types: UnsafePointer<UInt32>?
        let values: UnsafePointer<UnsafePointer<CChar>?>?
        let lengths: UnsafePointer<Int32>?
        let formats: UnsafePointer<Int32>?
    }

    mutating func withArrays<Result>(_ bindings: [PostgresBinding], _ body: (Arrays) -> Result) -> Result {
        guard !bindings.isEmpty else {
            return body(Arrays(count: 0, types: nil, values: nil, lengths: nil, formats: nil))
        }
        self.layOut(bindings)
        return self.bytes.withUnsafeBufferPointer { bytes in
            let base = UnsafeRawPointer(bytes.baseAddress)
            for offset in self.offsets {
                self.pointers.append(offset < 0 ? nil : base.map { ($0 + offset).assumingMemoryBound(to: CChar.self) })
            }
            return self.types.withUnsafeBufferPointer { types in
                self.pointers.withUnsafeBufferPointer { pointers in
                    self.lengths.withUnsafeBufferPointer { lengths in
                        self.formats.withUnsafeBufferPointer { formats in
                            body(
                                Arrays(
                                    count: Int32(bindings.count), types: types.baseAddress,
                                    values: pointers.baseAddress, lengths: lengths.baseAddress,
                                    formats: formats.baseAddress))
                        }
                    }
                }
            }
        }
    }

    private mutating func layOut(_ bindings: [PostgresBinding]) {
        self.bytes.removeAll(keepingCapacity: self.bytes.capacity < 1 << 20)
        self.offsets.removeAll(keepingCapacity: true)
        self.lengths.removeAll(keepingCapacity: true)
        self.formats.removeAll(keepingCapacity: true)
        self.types.removeAll(keepingCapacity: true)
        self.pointers.removeAll(keepingCapacity: true)
        for binding in bindings { self.layOut(binding) }
        if self.bytes.isEmpty { self.bytes.append(0) }  // so that there is an address
    }

    private mutating func layOut(_ binding: PostgresBinding) {
        self.types.append(binding.type)
        switch binding.value {
        case .null, .invalid:
            self.offsets.append(-1)
            self.lengths.append(0)
            self.formats.append(0)
        case .text(let text):
            self.offsets.append(self.bytes.count)
            self.bytes.append(contentsOf: text.utf8)
            self.bytes.append(0)
            self.lengths.append(0)
            self.formats.append(0)
        case .bytes(let bytes):
            self.offsets.append(self.bytes.count)
            self.bytes.append(contentsOf: bytes)
            self.bytes.append(0)
            self.lengths.append(Int32(clamping: bytes.count))
            self.formats.append(1)
        }
    }
}
