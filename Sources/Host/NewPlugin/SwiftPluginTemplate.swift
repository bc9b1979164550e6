// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import SystemPackage

/// An element in Swift: a package with the element's code and a C file that embeds its manifest.
struct SwiftPluginTemplate: PluginTemplate {
    let names: PluginNames
    let source: ElementAPISource

    /// - Throws: `BuildError` for a name that SwiftPM would take for dibhost itself: it tells packages apart by the last
    ///   part of their path or address.
    init(names: PluginNames, source: ElementAPISource) throws {
        let taken =
            switch source {
            case .folder(let folder): ["dibhost", folder.lastComponent?.string]
            case .repository(let address): [Self.packageName(of: address)]
            }
        guard !taken.contains(where: { $0?.lowercased() == names.element.lowercased() }) else {
            throw BuildError(
                .refused, "a package '\(names.element)' cannot depend on '\(source.text)'",
                hint: "SwiftPM tells packages apart by these names: choose another one.")
        }
        self.names = names
        self.source = source
    }

    var library: String { ".build/release/lib\(names.element).so" }
    var build: String { "swift build -c release" }

    var files: [(path: String, text: String)] {
        let manifestFolder = "Sources/\(names.type)Manifest"
        return [
            ("Package.swift", package),
            ("Sources/\(names.type)/\(names.type).swift", code),
            ("\(manifestFolder)/manifest.c", embedding),
            ("\(manifestFolder)/manifest.json", manifest(names)),
            ("README.md", readme),
            (".gitignore", ".build/\n"),
        ]
    }

    private var package: String {
        """
        // swift-tools-version: 6.2
        import PackageDescription

        let elementAPI = Target.Dependency.product(name: "ElementAPI", package: "\(packageName)")

        // What is shipped uses the Swift runtime that dibhost brings, which has no Foundation, and names
        // no folder of this machine. An element that imports Foundation says "-static-stdlib" here, and
        // brings a runtime of its own.
        let runtime = ["-no-toolchain-stdlib-rpath"]

        let package = Package(
            name: "\(names.element)",
            products: [
                .library(name: "\(names.element)", type: .dynamic, targets: ["\(names.type)"])
            ],
            dependencies: [
                // Without traits it is ElementAPI alone, and nothing else is fetched.
                \(dependency)
            ],
            targets: [
                .target(
                    name: "\(names.type)", dependencies: ["\(names.type)Manifest", elementAPI],
                    swiftSettings: [.unsafeFlags(runtime, .when(configuration: .release))],
                    linkerSettings: [
                        .unsafeFlags(
                            runtime + ["-Xlinker", "-znow"], .when(configuration: .release))
                    ]),
                .target(
                    name: "\(names.type)Manifest", dependencies: [elementAPI],
                    exclude: ["manifest.json"], publicHeadersPath: "."),
            ],
            cLanguageStandard: .gnu2x
        )

        """
    }

    private var dependency: String {
        switch source {
        case .folder(let path): ".package(name: \"dibhost\", path: \"\(path)\", traits: [])"
        case .repository(let address):
            ".package(url: \"\(address)\", branch: \"main\", traits: [])"
        }
    }

    /// SwiftPM calls a repository as the last part of its address, and a folder as the package in it.
    private var packageName: String {
        switch source {
        case .folder: "dibhost"
        case .repository(let address): Self.packageName(of: address)
        }
    }

    private static func packageName(of address: String) -> String {
        let last = address.split { "/:".contains($0) }.last ?? ""
        return String(last.hasSuffix(".git") ? last.dropLast(4) : last)
    }

    private var code: String {
        """
        public import ElementAPI

        /// Adds a line to the message of the day.
        struct \(names.type): Element, InstallPhase {
            private let text: String

            init(_ parameters: Parameters) throws { text = try parameters.text("text") }

            /// Runs in the chroot, where the target tree is "/".
            func install(_ target: InstallContext) throws {
                try target.appendLineIfMissing(text, to: "/etc/motd")
                target.log("added '\\(text)' to the message of the day")
            }
        }

        /// The plugin's one exported function.
        @c(dib_element_v1)
        public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
            exportElement(\(names.type).self, host)
        }

        """
    }

    private var embedding: String {
        """
        #include "dib_element.h"

        DIB_MANIFEST_BEGIN
        #embed "manifest.json"
        DIB_MANIFEST_END

        """
    }

    private var readme: String {
        """
        # \(names.element)

        An element of dibhost, written in Swift. It adds the parameter `text` as a line to /etc/motd.

        Build it, check it, and make an image with it:

        ```sh
        \(commands(names).joined(separator: "\n"))
        ```

        `\(library)` is all that is shipped: it works in every folder that is given with `--plugin-dir`.

        | file | what |
        |---|---|
        | `Sources/\(names.type)/\(names.type).swift` | what the element does, a method for each phase |
        | `Sources/\(names.type)Manifest/manifest.json` | name, parameters, phases, packages; embedded by `manifest.c` |
        | `Package.swift` | where ElementAPI is found: at `dependencies`; which Swift runtime is used: at `runtime` |

        Code and manifest name the same phases. `debian` and `vm` are elements of dibhost: where it is not installed, name
        their folder with a second `--plugin-dir`.

        """
    }
}
