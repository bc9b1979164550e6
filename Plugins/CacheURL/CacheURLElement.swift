// SPDX-License-Identifier: Apache-2.0

internal import CacheURLManifest
public import ElementAPI

/// Places `cache-url` where hooks outside the chroot call it: $TMP_HOOKS_PATH/bin.
struct CacheURL: Element, RootPhase {
    /// Makes the element from its parameters, of which it has none.
    init(_ parameters: Parameters) throws {}

    /// Places the program, before elements of operating systems download with it.
    func root(_ target: RootContext) throws {
        try target.run(
            "/bin/sh",
            ["-c", #"install -D -m 0755 /dev/stdin "${TMP_HOOKS_PATH:?}/bin/cache-url""#],
            input: String(cString: cache_url_program()), asUser: true)
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(CacheURL.self, host)
}
