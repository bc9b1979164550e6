// SPDX-License-Identifier: Apache-2.0

public import ElementAPI

/// Installs the files that elements have in their folder bin, for hooks in the chroot.
struct InstallBin: Element, PreInstallPhase {
    private static let source = "/tmp/in_target.d/bin"

    /// Makes the element from its parameters, of which it has none.
    init(_ parameters: Parameters) throws {}

    /// Copies the files; folders below bin are no programs.
    func preInstall(_ target: PreInstallContext) throws {
        guard try target.exists(Self.source) else { return }
        try target.makeFolder("/usr/local/bin")
        for name in try target.list(Self.source) {
            guard try target.kind(of: "\(Self.source)/\(name)") == .file else { continue }
            let bytes = try target.readBytes("\(Self.source)/\(name)")
            try target.writeFile("/usr/local/bin/\(name)", bytes: bytes, mode: 0o755)
        }
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(InstallBin.self, host)
}
