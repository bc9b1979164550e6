// swift-tools-version: 6.2
import PackageDescription

/// Each native element is one folder below Plugins/; a word in this list builds it.
let plugins = [
    "Almalinux", "Base", "BlockDeviceEFI", "BlockDeviceGPT", "BlockDeviceMBR", "CacheURL",
    "CentosStream", "CloudInit", "CloudInitDatasources", "Debian", "Deploy", "DeployKexec",
    "DibInitSystem", "ElementManifest", "Fedora", "Growroot", "HandOver", "InstallBin",
    "InstallStatic", "InstallTypes", "InstanceMetadata", "LocalConfig", "Manifests", "Mellanox",
    "NovaCompute", "OpensshServer", "Opensuse", "PackageInstalls", "PersistentState", "PkgMap",
    "RamdiskBase", "Rhel", "Rocky", "RuntimeSshHostKeys", "SimpleInit", "SourceRepositories",
    "SvcMap", "Sysprep", "Ubuntu", "VM",
]

/// Files of a plugin's folder that its C file embeds beside the manifest, with the header that gives them to Swift.
let embedded = [
    "CacheURL": ["cache-url", "cache-url.h"],
    "CloudInit": ["from-cloud-init", "cloud-init-files.h"],
    "Deploy": [
        "fetch-functions", "write-functions", "iscsi-functions", "60-disk", "80-deploy",
        "deploy-files.h",
    ],
    "DeployKexec": ["81-kexec", "deploy-kexec-files.h"],
    "Growroot": ["growroot", "growroot.h"],
    "HandOver": ["hand-over", "hand-over.h"],
    "InstallTypes": ["install-types", "install-types.h"],
    "InstanceMetadata": ["apply-metadata", "instance-metadata.h"],
    "PackageInstalls": ["install-packages", "install-packages.h"],
    "PersistentState": ["persistent-state", "persistent-state.h"],
    "PkgMap": ["pkg-map", "pkg-map.h"],
    "RamdiskBase": [
        "init", "ramdisk-functions", "10-start", "20-parameters", "40-network", "udhcpc-script",
        "ramdisk-files.h",
    ],
    "SimpleInit": ["read-metadata", "simple-init.h"],
    "SourceRepositories": ["source-repositories", "source-repositories.h"],
    "SvcMap": ["svc-map", "svc-map.h"],
    "Sysprep": ["extract-image", "extract-image.h"],
]

/// Plugins for the operating systems of one family share how these are installed.
let operatingSystems: Set = [
    "Almalinux", "CentosStream", "Debian", "Fedora", "Opensuse", "Rhel", "Rocky", "Ubuntu",
    "Unpacker",
]

/// Plugins that only the tests load: each misbehaves in the way its folder says.
let fixturePlugins = ["Misbehaving", "Liar", "Partitioner", "Scribe", "Unpacker"]

/// The modules of dibhost and what each one imports.
///
/// Arrows point downwards only; a test reads the import lines.
let modules: [(name: String, imports: [Target.Dependency])] = [
    ("Diagnostics", []),
    ("LinuxSystem", ["CLinux", "Diagnostics", .system]),
    ("Wire", ["LinuxSystem", "Diagnostics"]),
    ("Planning", ["CYAML", "Diagnostics", .orderedCollections, .system]),
    ("Archive", ["CArchive", "Diagnostics", "LinuxSystem", .system]),
    ("Elements", ["Diagnostics", "LinuxSystem", "Planning", "Wire", "CElement", .system]),
    ("Legacy", ["CShellLibrary", "Diagnostics", "LinuxSystem", "Planning", .system]),
    (
        "DiskImage",
        [
            "Archive", "CCrypto", "CExtFS", "CZstd", "Diagnostics", "LinuxSystem", "Planning",
            .system,
        ]
    ),
    ("Audit", ["Diagnostics", "LinuxSystem", .system]),
    ("Verify", ["Diagnostics", "LinuxSystem", .system]),
    ("Ramdisk", ["Archive", "Diagnostics", "LinuxSystem", "Planning", .system]),
    (
        "Builder",
        [
            "Audit", "CElement", "Diagnostics", "DiskImage", "Elements", "Legacy", "LinuxSystem",
            "Planning", "Ramdisk",
            .orderedCollections, .system,
        ]
    ),
]

let package = Package(
    name: "dibhost",
    products: [
        .executable(name: "dibhost", targets: ["Host"]),
        .executable(name: "dibhost-worker", targets: ["Worker"]),
        .executable(name: "dibhost-init", targets: ["Init"]),
        .library(name: "ElementAPI", targets: ["ElementAPI"]),
    ]
        + (plugins + fixturePlugins).map { .library(name: $0, type: .dynamic, targets: [$0]) },
    traits: [
        .trait(
            name: "Programs",
            description: "Builds dibhost itself; with traits: [] a package gets ElementAPI alone "
                + "and fetches nothing else."),
        .default(enabledTraits: ["Programs"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        .target(name: "CElement"),
        .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "CExtFS"),
        .target(name: "CShellLibrary", exclude: ["lib"]),
        .systemLibrary(
            name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(
            name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(
            name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CFFI", pkgConfig: "libffi", providers: [.apt(["libffi-dev"])]),
        .systemLibrary(
            name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .executableTarget(name: "Init", cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "ElementAPI", dependencies: ["CElement"]),
        .target(name: "OperatingSystem", dependencies: ["ElementAPI"]),
        .executableTarget(
            name: "TreeToImage",
            dependencies: ["Diagnostics", "DiskImage", "Planning", .system],
            path: "benchmarks/TreeToImage"),
        .executableTarget(
            name: "ManualPages", path: "Scripts/ManualPages", exclude: ["Parts"]),
        .executableTarget(
            name: "Worker", dependencies: ["CElement", "CFFI", "LinuxSystem", "Wire"]),
        .executableTarget(
            name: "Host",
            dependencies: [
                "Audit", "Builder", "Diagnostics", "Elements", "LinuxSystem", "Planning", "Verify",
                .argumentParser, .system, .log,
            ]),
    ]
        + modules.map { .target(name: $0.name, dependencies: $0.imports) }
        + plugins.flatMap { pluginTargets($0, at: "Plugins/\($0)") }
        + fixturePlugins.flatMap { pluginTargets($0, at: "Tests/FixturePlugins/\($0)") }
        + testTargets(),
    cLanguageStandard: .gnu2x
)

/// The two targets of a plugin folder: its Swift code, and the C file that embeds its manifest.
func pluginTargets(_ name: String, at path: String) -> [Target] {
    let files = ["README.md", "manifest.json"] + embedded[name, default: []]
    return [
        .target(
            name: "\(name)Manifest", dependencies: ["CElement"], path: path,
            exclude: files.filter { !$0.hasSuffix(".h") }, sources: ["manifest.c"],
            publicHeadersPath: "."),
        .target(
            name: name,
            dependencies: ["ElementAPI", .target(name: "\(name)Manifest")]
                + (operatingSystems.contains(name) ? ["OperatingSystem"] : []),
            path: path,
            exclude: files + ["manifest.c"]),
    ]
}

func testTargets() -> [Target] {
    let common = ["TestSupport", "Diagnostics", "LinuxSystem", "Planning"]
    let unit = modules.map { module in
        let names = common.filter { $0 != module.name } + [module.name]
        return Target.testTarget(
            name: "\(module.name)Tests",
            dependencies: names.map { .init(stringLiteral: $0) } + [.system],
            exclude: module.name == "Audit" ? ["plant"] : [])
    }
    return unit + [
        .target(
            name: "TestSupport", dependencies: ["Diagnostics", "LinuxSystem", .system],
            path: "Tests/TestSupport"),
        .executableTarget(
            name: "SupervisorProbe",
            dependencies: ["Builder", "Diagnostics", "LinuxSystem", "Planning", .system],
            path: "Tests/SupervisorProbe"),
        .testTarget(
            name: "ArchitectureTests", dependencies: ["TestSupport", "LinuxSystem", .system]),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "TestSupport", "Builder", "Diagnostics", "Elements", "LinuxSystem", "Planning",
                .system,
            ]),
        .testTarget(
            name: "RamdiskBuildTests",
            dependencies: ["TestSupport", "LinuxSystem", .system],
            exclude: ["deployments", "tables"]),
        .testTarget(
            name: "DistributionTests",
            dependencies: [
                "TestSupport", "Diagnostics", "ElementAPI", "LinuxSystem", "OperatingSystem",
                .system,
            ]),
        .testTarget(
            name: "BootTests",
            dependencies: [
                "TestSupport", "Builder", "Diagnostics", "LinuxSystem", "Planning", .system,
            ]),
    ]
}

extension Target.Dependency {
    static var argumentParser: Self { fetched("ArgumentParser", from: "swift-argument-parser") }
    static var log: Self { fetched("Logging", from: "swift-log") }
    static var orderedCollections: Self { fetched("OrderedCollections", from: "swift-collections") }
    static var system: Self { fetched("SystemPackage", from: "swift-system") }

    private static func fetched(_ name: String, from package: String) -> Self {
        .product(name: name, package: package, condition: .when(traits: ["Programs"]))
    }
}

// Only `make fuzz` asks for this target: it links where -sanitize=fuzzer is given to the whole build.
if Context.environment["DIBHOST_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzz", dependencies: ["Elements", "LinuxSystem", "Wire", .system],
            path: "Tests/Fuzz", exclude: ["manifest.dict"],
            // libFuzzer brings its own main.
            swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
}

// Tests are compiled once and run once: what optimizing them takes is not won back.
for target in package.targets where target.type == .test {
    target.swiftSettings = [.unsafeFlags(["-Onone"], .when(configuration: .release))]
}

for target in package.targets where ![.system, .plugin].contains(target.type) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .swiftLanguageMode(.v6),
            .treatAllWarnings(as: .error),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
        ]
}
