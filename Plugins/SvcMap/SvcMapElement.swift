// SPDX-License-Identifier: Apache-2.0

public import ElementAPI
internal import SvcMapManifest

/// Places `svc-map`, which elements call in the chroot to learn what a service is called there.
///
/// The map that it reads is made by dibhost from the svc-map files of all elements.
struct SvcMap: Element, PreInstallPhase {
    /// Makes the element from its parameters, of which it has none.
    init(_ parameters: Parameters) throws {}

    /// Places the program.
    func preInstall(_ target: PreInstallContext) throws {
        try target.makeFolder("/usr/local/bin")
        let program = String(cString: svc_map_program())
        try target.writeFile("/usr/local/bin/svc-map", program, mode: 0o755)
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(SvcMap.self, host)
}
