// SPDX-License-Identifier: Apache-2.0

public import ElementAPI

/// Brings settings of the person who runs the build into the image: proxies and ssh keys.
///
/// The keys are read outside the chroot, with that person's rights, and handed on as the value
/// `keys`; they are written inside. README.md lists the parameters.
struct LocalConfig: Element, ExtraDataPhase, PreInstallPhase, InstallPhase, FinalisePhase {
    private static let keys: BuildValue = "keys"
    private let proxies: ProxySettings
    private let keepsProxies: Bool
    private let userName: String

    init(_ parameters: Parameters) throws {
        proxies = try ProxySettings(
            http: parameters["http-proxy"], https: parameters["https-proxy"],
            exceptions: parameters.list("no-proxy"))
        keepsProxies = parameters.flag("keep-proxy")
        userName = try parameters.text("username")
    }

    func extraData(_ target: ExtraDataContext) throws {
        let keys = try UserKeys(target).collect()
        guard !keys.isEmpty else { return target.log("no ssh keys to bring into the image") }
        try target.publish(Self.keys.rawValue, keys.joined(separator: "\n"))
    }

    func preInstall(_ target: PreInstallContext) throws {
        guard !proxies.isEmpty else { return }
        try ProxyFiles(target, proxies).write()
    }

    func install(_ target: InstallContext) throws {
        guard let keys = target.value(of: Self.keys) else { return }
        try AuthorizedKeys(target, userName: userName)
            .add(keys.split(separator: "\n").map(String.init))
    }

    func finalise(_ target: FinaliseContext) throws {
        guard !proxies.isEmpty, !keepsProxies else { return }
        try ProxyFiles(target, proxies).remove()
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(LocalConfig.self, host)
}
