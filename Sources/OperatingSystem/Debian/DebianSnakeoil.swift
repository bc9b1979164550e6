// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The certificate that the package ssl-cert makes for services that have none of their own yet, such as postfix's.
///
/// Its key would be the same on all machines of the image, and known to all who have it. Taken away when all packages are
/// in the tree; each instance makes its own at its first boot.
enum DebianSnakeoil {
    private static let key = "/etc/ssl/private/ssl-cert-snakeoil.key"
    private static let certificate = "/etc/ssl/certs/ssl-cert-snakeoil.pem"
    private static let unit = "ssl-cert-snakeoil.service"

    static func forget(in target: FinaliseContext, element: String) throws {
        guard try target.kind(of: key) == .file else { return }
        try target.remove(key)
        try target.remove(certificate)
        let wants = "/etc/systemd/system/multi-user.target.wants"
        try target.makeFolder(wants)
        try target.writeFile("/etc/systemd/system/\(unit)", text(element))
        try target.makeLink("\(wants)/\(unit)", to: "../\(unit)")
    }

    private static func text(_ element: String) -> String {
        """
        # Written by the element \(element): an image has no key, so that no two instances share one.
        [Unit]
        Description=Certificate of this instance, signed by itself
        Before=apache2.service dovecot.service nginx.service postfix.service postgresql.service
        ConditionPathExists=!\(key)

        [Service]
        Type=oneshot
        ExecStart=/usr/sbin/make-ssl-cert generate-default-snakeoil --force-overwrite

        [Install]
        WantedBy=multi-user.target

        """
    }
}
