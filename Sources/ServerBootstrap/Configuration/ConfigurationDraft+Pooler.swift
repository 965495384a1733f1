extension ConfigurationDraft {
    /// The console of the connection pooler; nil if there is none, or what is said of it is wrong.
    mutating func poolerURL() -> DatabaseURL? {
        self.value(.pgbouncerURL, default: nil) { DatabaseURL($0) }
    }
}
