// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// What elements are written with, from an installed dibhost. A vendor's package depends on it by path:
///
///     .package(name: "dibhost", path: "/usr/local/lib/dibhost/sdk", traits: [])
///
/// and its targets on `.product(name: "ElementAPI", package: "dibhost")`, as with dibhost's own repository.
let package = Package(
    name: "dibhost",
    products: [
        // Not dynamic: each plugin holds its own copy, and no Swift type crosses dlopen.
        .library(name: "ElementAPI", targets: ["ElementAPI"])
    ],
    traits: [
        // Packages depend on dibhost's repository and on this folder with the same words.
        .trait(name: "Programs", description: "Of dibhost's repository; here it changes nothing."),
        .default(enabledTraits: []),
    ],
    targets: [
        .target(name: "CElement"),
        .target(
            name: "ElementAPI", dependencies: ["CElement"],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ]),
    ],
    cLanguageStandard: .gnu2x
)
