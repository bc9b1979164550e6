// SPDX-License-Identifier: Apache-2.0

internal import Planning

extension LegacyEnvironment {
    /// What the original tells its elements of options and of the variables behind them.
    ///
    /// Those that the original sets only with their option are set only then.
    var optionVariables: [String: String] {
        let request = plan.request
        var variables = [
            "DIB_ARGS": plan.shownCommandLine.joined(separator: " "),
            "DIB_CHECKSUM": request.checksumFiles.isEmpty
                ? "0" : request.checksumFiles.map(\.rawValue).joined(separator: ","),
            "DIB_MIN_TMPFS": request.environment["DIB_MIN_TMPFS"] ?? "2",
        ]
        if request.skipBase { variables["SKIP_BASE"] = "1" }
        if let element = request.ramdiskElement { variables["RAMDISK_ELEMENT"] = element }
        if let size = request.leastTmpfs { variables["DIB_MIN_TMPFS"] = size.gibibyteText }
        if let size = request.imageExtraSize {
            variables["DIB_IMAGE_EXTRA_SIZE"] = size.mebibyteText
        }
        if let size = request.mkfsJournalSize { variables["DIB_JOURNAL_SIZE"] = size.mebibyteText }
        if let blocks = request.maxOnlineResize { variables["MAX_ONLINE_RESIZE"] = String(blocks) }
        return variables
    }
}
