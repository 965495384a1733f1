import Foundation
import Tenancy
import TenancyPostgres

extension ConfigurationDraft {
    /// Which tables tenants have besides Bulkhead's own; relative paths begin where the program was started.
    mutating func tables() -> ApplicationTables? {
        let folders = self.value(.tenantTables, default: "") { text -> [URL]? in
            let paths = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            let urls = paths.map { URL(fileURLWithPath: $0, isDirectory: true) }
            return urls.allSatisfy(Self.isFolder) ? urls : nil
        }
        let sample = self.value(.sampleTables, default: "true", Self.boolean)
        guard let folders, let sample else { return nil }
        return ApplicationTables(folders: folders, keepsSample: sample)
    }

    /// Hosts that all tenants share, where the token says which one is meant.
    mutating func sharedHosts() -> Set<HostName>? {
        self.value(.sharedHosts, default: "") { text in
            let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            let hosts = names.compactMap { $0.contains(":") ? nil : HostName(authority: $0) }
            return hosts.count == names.count ? Set(hosts) : nil
        }
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder = ObjCBool(false)
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
