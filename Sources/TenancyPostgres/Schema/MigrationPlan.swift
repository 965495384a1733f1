/// What is left to apply, decided from what the program has and what the database says.
///
/// A value without I/O.
struct MigrationPlan: Equatable {
    /// The files to apply, in order.
    let pending: [SQLFile]

    /// Compares the two.
    ///
    /// - Parameter applied: version and checksum of what the database has applied, in order.
    /// - Throws: ``MigrationError`` unless `applied` is a prefix of `files`.
    init(files: [SQLFile], applied: [(version: Int, checksum: String)]) throws(MigrationError) {
        guard applied.count <= files.count else { throw .newerDatabase(version: applied[applied.count - 1].version) }
        for (file, record) in zip(files, applied) {
            guard file.version == record.version else { throw .newerDatabase(version: record.version) }
            guard file.checksum == record.checksum else { throw .changed(version: file.version, name: file.name) }
        }
        self.pending = Array(files.dropFirst(applied.count))
    }
}
