// SPDX-License-Identifier: Apache-2.0

/// The values of a build that an argument can be bound to: those of ElementAPI's BuildValue, and the tree itself.
package enum BuildValueName: String, CaseIterable, Sendable {
    /// "/" in the chroot; outside of it a path of the build host, only with the privilege raw-host-path.
    case targetRoot = "target.root"
    /// A descriptor of the target tree's folder.
    case targetDescriptor = "target.fd"
    case architecture = "build.architecture"
    case imageName = "build.image-name"
    case offline = "build.offline"
    case packages = "build.packages"
    case traceLevel = "build.trace-level"
    case rootLabel = "build.root-label"
    case rootFileSystem = "build.root-file-system"
    case bootLabel = "build.boot-label"
    case bootFileSystem = "build.boot-file-system"
    case fileSystems = "build.file-systems"
    case partitionTable = "build.partition-table"
    case volumeManager = "build.volume-manager"
    case encryption = "build.encryption"
    case efiMountPoint = "build.efi-mount-point"
    case firmware = "build.firmware"
    case sourceDateEpoch = "build.source-date-epoch"
    case cacheFolder = "cache.folder"
    case scratchFolder = "scratch.folder"
    case userName = "user.name"
    case userHome = "user.home"
    case userID = "user.id"
    case userGroup = "user.group"
    case distribution

    /// What its text is.
    var kind: ValueKind {
        switch self {
        case .targetDescriptor: .descriptor
        case .targetRoot, .cacheFolder, .scratchFolder, .userHome, .efiMountPoint: .path
        case .offline: .boolean
        case .traceLevel, .sourceDateEpoch, .userID, .userGroup: .integer
        case .fileSystems: .list
        case .architecture, .imageName, .packages, .rootLabel, .rootFileSystem, .bootLabel,
            .bootFileSystem, .partitionTable, .volumeManager, .encryption, .firmware, .userName,
            .distribution:
            .string
        }
    }

    /// The types that it can become, in the order in which a hint lists them.
    var types: [CType] {
        // Seconds since 1970 have not fitted 16 bits since that day.
        self == .sourceDateEpoch
            ? kind.types.filter { ![.i8, .i16, .u8, .u16].contains($0) } : kind.types
    }

    /// Its text in a build for `request`, where a plan knows it.
    func text(in request: BuildRequest) -> String? {
        switch self {
        case .architecture: request.architecture
        case .offline: String(request.isOffline)
        case .traceLevel: String(request.traceLevel)
        case .userName: request.user.name
        case .userHome: request.user.home
        case .userID: String(request.user.id)
        case .userGroup: String(request.user.group)
        default: nil
        }
    }

    /// The values that the condition of a package can name; nil where none can.
    package var conditionChoices: [String]? {
        switch self {
        case .rootFileSystem, .bootFileSystem, .fileSystems:
            FileSystemType.allCases.map(\.rawValue)
        case .partitionTable: ["none"] + PartitionTable.Kind.allCases.map(\.rawValue)
        case .volumeManager: ["lvm", "none"]
        case .encryption: ["luks", "none"]
        case .firmware: ["bios", "efi", "both", "none"]
        default: nil
        }
    }

    /// Whether it is a folder that hooks in the chroot cannot see.
    var isOutsideOnly: Bool { self == .cacheFolder || self == .scratchFolder }
}

/// What the text of a value is; decides which types it can become.
enum ValueKind {
    case string, integer, boolean, path, list, descriptor

    init(_ kind: ElementManifest.Parameter.Kind) {
        switch kind {
        case .string: self = .string
        case .integer, .size: self = .integer
        case .boolean: self = .boolean
        case .path: self = .path
        case .list: self = .list
        }
    }

    /// The types that it can become, in the order in which a hint lists them.
    var types: [CType] {
        switch self {
        case .string: [.str, .path, .bytes, .f32, .f64]
        case .integer:
            [.i8, .i16, .i32, .i64, .u8, .u16, .u32, .u64, .f32, .f64, .str, .bytes]
        case .boolean: [.bool, .str, .bytes]
        case .path: [.path, .str, .bytes]
        case .list: [.str, .bytes]
        case .descriptor: [.fd]
        }
    }

    /// With its article, such as "an integer".
    var phrase: String {
        switch self {
        case .string: "a string"
        case .integer: "an integer"
        case .boolean: "a boolean"
        case .path: "a path"
        case .list: "a list"
        case .descriptor: "a descriptor"
        }
    }
}
