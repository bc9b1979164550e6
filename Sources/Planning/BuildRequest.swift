// SPDX-License-Identifier: Apache-2.0

package import Diagnostics

/// What the user asked for, before anything was looked up.
package struct BuildRequest: Codable, Equatable, Sendable {
    /// The elements named on the command line, in order.
    package var elements: [String]
    /// The arguments that the program was called with, for the elements that keep them (DIB_ARGS).
    package var commandLine: [String]
    /// The ramdisk that is made beside the image or in place of it; nil for none.
    package var ramdisk: RamdiskRequest?
    /// Whether kernel and initramfs are outputs of this build; the planner says.
    package var makesRamdisk = false
    /// Where elements take what they install from, unless something else is said for one of them.
    package var installType: InstallType
    package var pluginFolders: [String]
    package var elementFolders: [String]
    /// Whether `base` is left out (-n).
    package var skipBase: Bool
    /// Debian's name: amd64, arm64 ...
    package var architecture: String
    /// The path of the outputs without their endings (-o).
    package var imageName: String
    package var formats: [OutputFormat]
    package var isUncompressed: Bool
    package var qcow2Compression: Qcow2Compression
    /// qemu-img's -o value.
    package var qemuImageOptions: String?
    package var imageSize: ByteCount?
    package var imageExtraSize: ByteCount?
    /// What the root file system is to be able to grow to later (--max-size).
    package var maxSize: ByteCount?
    package var rootLabel: String?
    /// DIB_BLOCK_DEVICE_CONFIG: the disk's layout, whatever elements bring.
    package var diskConfiguration: YAMLSource?
    /// What opens the layout's LUKS volumes; secrets.
    package var encryptionKeys: [EncryptionKey]
    package var mkfsOptions: [String]
    package var mkfsJournalSize: ByteCount?
    /// The highest number of blocks that resize2fs can grow to online (mke2fs -E resize=).
    package var maxOnlineResize: Int64?
    /// Packages named with -p.
    package var packages: [String]
    /// --set ELEMENT.PARAMETER=VALUE.
    package var settings: [Setting]
    /// The same from --config files.
    package var configuredSettings: [Setting]
    /// The files that the request was read from: those of --config, that of the disk's layout.
    package var inputFiles: [String]
    package var environment: [String: String]
    /// The folder that relative paths of parameters are meant from; empty leaves such paths as they are.
    package var workingFolder: String
    /// The folder for scratch files (TMP_DIR).
    package var scratchFolder: String
    package var cacheFolder: String
    package var usesTmpfs: Bool
    /// The least size of a tmpfs that holds the build, which lies on disk otherwise; nil for dibhost's own measure.
    package var leastTmpfs: ByteCount?
    /// The file that the log is appended to (--logfile).
    package var logFile: String?
    package var isOffline: Bool
    package var isStrict: Bool
    /// What follows from errors that the audit of the finished tree finds (--audit).
    package var audit: AuditMode
    /// The audit's rules that may find what they find (--audit-allow), by their names.
    package var auditExceptions: [String]
    /// The checksums whose files, such as NAME.sha256, are written beside each output.
    package var checksumFiles: [ChecksumAlgorithm]
    /// Whether the raw image's map of blocks is written, NAME.bmap.
    package var writesBlockMap: Bool
    /// Whether what was built of what is written, NAME.manifest.json.
    package var writesManifest: Bool
    /// Whether the bill of materials is written, NAME.spdx.json.
    package var writesBillOfMaterials: Bool
    /// The name, and tag, that container formats give to the image.
    package var dockerTarget: String?
    package var traceLevel: Int
    package var bindsHostDevices: Bool
    package var preferLegacy: [String]
    package var preferNative: [String]
    package var user: InvokingUser

    /// DIB_DEFAULT_INSTALLTYPE.
    package enum InstallType: String, Codable, Sendable, CaseIterable { case source, package }

    package enum AuditMode: String, Codable, Sendable, CaseIterable {
        /// The build fails.
        case fail
        /// The build warns.
        case warn
        /// Nobody looks.
        case off
    }

    package enum Qcow2Compression: String, Codable, Sendable, CaseIterable { case zstd, zlib }

    package enum ChecksumAlgorithm: String, Codable, Sendable, CaseIterable {
        case sha256, sha512, md5
    }

    package struct Setting: Codable, Equatable, Sendable {
        package var element: String
        package var parameter: String
        package var value: String

        package init(element: String, parameter: String, value: String) {
            self.element = element
            self.parameter = parameter
            self.value = value
        }
    }

    /// The user who called dibhost; of a call through sudo, the user who called sudo.
    package struct InvokingUser: Codable, Equatable, Sendable {
        package var name: String
        package var id: UInt32
        package var group: UInt32
        package var groups: [UInt32]
        package var home: String

        package init(name: String, id: UInt32, group: UInt32, groups: [UInt32], home: String) {
            self.name = name
            self.id = id
            self.group = group
            self.groups = groups
            self.home = home
        }
    }
}

extension BuildRequest {
    /// A request for `elements` where everything else has the program's default.
    package init(elements: [String], user: InvokingUser) {
        self.elements = elements
        self.user = user
        commandLine = []
        installType = .source
        pluginFolders = []
        elementFolders = []
        skipBase = false
        architecture = "amd64"
        imageName = "image"
        formats = [.qcow2]
        isUncompressed = false
        qcow2Compression = .zstd
        encryptionKeys = []
        mkfsOptions = []
        packages = []
        settings = []
        configuredSettings = []
        inputFiles = []
        environment = [:]
        workingFolder = ""
        scratchFolder = "/tmp"
        cacheFolder = user.home + "/.cache/image-create"
        usesTmpfs = true
        isOffline = false
        isStrict = false
        audit = .fail
        auditExceptions = []
        checksumFiles = []
        writesBlockMap = false
        writesManifest = false
        writesBillOfMaterials = false
        traceLevel = 0
        bindsHostDevices = false
        preferLegacy = []
        preferNative = []
    }
}
