// SPDX-License-Identifier: Apache-2.0

import Audit
import Diagnostics
import LinuxSystem
import Planning
import SystemPackage

extension BuildOptions {
    /// What was asked: the command line, then --config files, then the environment, then defaults.
    ///
    /// - Throws: `BuildError` with status 2 for the first value that makes no sense.
    func request(
        environment: [String: String] = ProcessEnvironment.current
    ) throws -> BuildRequest {
        var options = self
        let configured = try options.applyConfigurationFiles()
        let account = UserAccount.invoking(environment: environment)
        var request = BuildRequest(
            elements: options.elements,
            user: .init(
                name: account.name, id: account.id, group: account.group,
                groups: account.groups, home: account.home))
        request.commandLine = Array(CommandLine.arguments.dropFirst())
        request.configuredSettings = configured
        request.inputFiles = options.configurationFiles
        request.environment =
            options.clearsEnvironment ? CallerEnvironment.cleared(environment) : environment
        try options.fillCatalog(&request)
        try options.fillOutputs(&request)
        try options.fillImage(&request)
        try options.fillSurroundings(&request)
        try options.fillAudit(&request)
        if options.ramdisk.isWanted {
            request.ramdisk = try options.ramdisk.request(
                element: options.ramdisk.element ?? RamdiskOptions.defaultElement, isAlone: false,
                environment: request.environment)
        }
        request.settings = try settings.map(Self.setting)
        return request
    }

    private func fillCatalog(_ request: inout BuildRequest) throws {
        request.pluginFolders = try catalog.resolvedPluginFolders(environment: request.environment)
        request.elementFolders = try catalog.resolvedElementFolders(
            environment: request.environment)
        request.preferLegacy = catalog.preferLegacy
        request.preferNative = catalog.preferNative
        request.skipBase = skipBase || request.environment["SKIP_BASE"] == "1"
        request.packages = packages.flatMap { $0.split { $0 == "," || $0 == " " }.map(String.init) }
        if let installType = OptionValue(
            installType, "--install-type", else: "DIB_DEFAULT_INSTALLTYPE", in: request.environment)
        {
            request.installType = try installType.choice(
                of: "install type", among: BuildRequest.InstallType.allCases)
        }
    }

    private func fillOutputs(_ request: inout BuildRequest) throws {
        request.architecture = try Self.architectureName(
            architecture ?? request.environment["ARCH"])
        if let imageName {
            guard !imageName.isEmpty, !imageName.hasSuffix("/") else {
                throw BuildError(
                    .refused, "image name '\(imageName)' names no file",
                    hint: "Give -o a path such as 'out/debian'.")
            }
            request.imageName = imageName
        }
        if !formats.isEmpty {
            request.formats = try Self.choices(
                formats, of: "output format", option: "-t", among: OutputFormat.images)
        }
        request.isUncompressed = isUncompressed
        if let qcow2Compression {
            request.qcow2Compression = try Self.choice(
                qcow2Compression, of: "compression",
                among: BuildRequest.Qcow2Compression.allCases)
        }
        request.qemuImageOptions =
            OptionValue(
                qemuImgOptions, "--qemu-img-options", else: "QEMU_IMG_OPTIONS",
                in: request.environment)?.text
        request.checksumFiles = try checksums(environment: request.environment)
        request.writesBlockMap = bmap
        request.writesManifest = manifest
        request.writesBillOfMaterials = sbom
        request.dockerTarget = dockerTarget
    }

    private func checksums(
        environment: [String: String]
    ) throws -> [BuildRequest.ChecksumAlgorithm] {
        if let checksumAlgorithm {
            return try Self.choices(
                [checksumAlgorithm], of: "checksum", option: "--checksum-algorithm",
                among: BuildRequest.ChecksumAlgorithm.allCases)
        }
        return checksum
            ? [.sha256, .md5] : try CallerEnvironment.checksums(environment["DIB_CHECKSUM"])
    }

    private func fillImage(_ request: inout BuildRequest) throws {
        func value(_ option: String?, _ name: String, else variable: String) -> OptionValue? {
            OptionValue(option, name, else: variable, in: request.environment)
        }
        request.imageSize = try value(imageSize, "--image-size", else: "DIB_IMAGE_SIZE")?
            .size(bareUnit: .gibibytes(1))
        request.imageExtraSize = try value(
            imageExtraSize, "--image-extra-size", else: "DIB_IMAGE_EXTRA_SIZE")?
            .size(bareUnit: .mebibytes(1))
        request.maxSize = try value(maxSize, "--max-size", else: "DIB_MAX_SIZE")?
            .size(bareUnit: .gibibytes(1))
        request.mkfsJournalSize = try value(
            mkfsJournalSize, "--mkfs-journal-size", else: "DIB_JOURNAL_SIZE")?
            .size(bareUnit: .mebibytes(1))
        request.encryptionKeys = try EncryptionKey.all(keys: luksKey, passphrases: luksPassphrase)
        request.rootLabel = rootLabel
        if let text = request.environment["DIB_BLOCK_DEVICE_CONFIG"], !text.isEmpty {
            try fillLayout(&request, text)
        }
        request.mkfsOptions = (mkfsOptions ?? "").split(separator: " ").map(String.init)
        if let resize = value(
            maxOnlineResize, "--max-online-resize", else: "MAX_ONLINE_RESIZE")
        {
            guard let blocks = Int64(resize.text), blocks > 0 else {
                throw BuildError(
                    .refused, "\(resize.source) '\(resize.text)' is no number of blocks",
                    hint: "Give a whole number of file-system blocks, such as 1073741824.")
            }
            request.maxOnlineResize = blocks
        }
    }

    /// The layout that the variable holds, or names with file://.
    private func fillLayout(_ request: inout BuildRequest, _ text: String) throws {
        let (kind, scheme) = ("disk layout", "file://")
        guard text.hasPrefix(scheme) else {
            request.diskConfiguration = YAMLSource(
                kind: kind, name: "DIB_BLOCK_DEVICE_CONFIG", text: text)
            return
        }
        let path = String(text.dropFirst(scheme.count))
        request.diskConfiguration = try YAMLSource(kind: kind, file: path)
        request.inputFiles.append(path)
    }

    private func fillAudit(_ request: inout BuildRequest) throws {
        if let audit {
            request.audit = try Self.choice(
                audit, of: "audit", among: BuildRequest.AuditMode.allCases)
        }
        request.auditExceptions = try auditAllow.map {
            try Self.choice($0, of: "rule", among: AuditRule.allCases).rawValue
        }
    }

    private func fillSurroundings(_ request: inout BuildRequest) throws {
        let environment = request.environment
        request.workingFolder = try WorkingDirectory.absolute(".").string
        if let cache = imageCache ?? environment["DIB_IMAGE_CACHE"], !cache.isEmpty {
            request.cacheFolder = cache
        }
        if let folder = environment["TMP_DIR"], !folder.isEmpty { request.scratchFolder = folder }
        request.usesTmpfs = !noTmpfs && CallerEnvironment.allowsTmpfs(environment)
        request.leastTmpfs = try OptionValue(
            minTmpfs, "--min-tmpfs", else: "DIB_MIN_TMPFS", in: environment)?
            .size(bareUnit: .gibibytes(1))
        request.isOffline = offline || !(environment["DIB_OFFLINE"] ?? "").isEmpty
        request.logFile = logfile
        request.isStrict = strict
        request.traceLevel = trace + (try CallerEnvironment.traceLevel(environment))
        request.bindsHostDevices = hostDev
    }
}
