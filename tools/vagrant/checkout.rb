require "open3"
require "tmpdir"

require_relative "settings"

module Workshop
  # Carries this checkout, as it is, into the machine. A provisioner of its own, because a synced folder needs
  # guest additions or rsync, which a Windows host does not have; git it has, as the checkout came by it.
  class Checkout < Vagrant.plugin("2", :provisioner)
    FOLDER = "/opt/workshop/source".freeze
    # So that the files have the same ends of lines whatever git was told on this host.
    GIT = %w[git -c core.autocrlf=false -c user.name=workshop -c user.email=workshop@localhost].freeze

    def provision
      @machine.ui.info("Carrying this checkout to #{FOLDER}")
      Dir.mktmpdir do |folder|
        archive = File.join(folder, "checkout.tar")
        pack(archive)
        @machine.communicate.upload(archive, "/tmp/workshop-checkout.tar")
      end
      unpack
      carry_local_settings
    end

    private

    # What is committed, and on top of it changes of tracked files; nothing in the checkout is touched.
    def pack(archive)
      changed = git("stash", "create").strip
      git("archive", "--format=tar", "--output=#{archive}", changed.empty? ? "HEAD" : changed)
    end

    def git(*words)
      out, err, status = Open3.capture3(*GIT, *words, chdir: @machine.env.root_path.to_s)
      return out if status.success?

      raise Mistake, "git #{words.first} failed (#{err.lines.last.to_s.strip}); the workshop is set up from a git checkout"
    rescue Errno::ENOENT
      raise Mistake, "git is not installed here; it carries this checkout into the machine"
    end

    # Beside and renamed: an interrupted run leaves the old one, and files that are gone do not stay.
    def unpack
      sudo("rm -rf #{FOLDER}.new && mkdir -p #{FOLDER}.new && " \
           "tar -xf /tmp/workshop-checkout.tar -C #{FOLDER}.new --no-same-owner && " \
           "rm -rf #{FOLDER} && mv #{FOLDER}.new #{FOLDER} && rm -f /tmp/workshop-checkout.tar")
    end

    def carry_local_settings
      local = @machine.env.root_path.join(Settings::LOCAL)
      return unless local.file?

      @machine.communicate.upload(local.to_s, "/tmp/#{Settings::LOCAL}")
      sudo("install -m 0644 /tmp/#{Settings::LOCAL} #{FOLDER}/#{Settings::LOCAL} && rm -f /tmp/#{Settings::LOCAL}")
    end

    def sudo(command)
      @machine.communicate.sudo(command)
    end
  end

  # Makes the provisioner known to Vagrant under a name.
  class CheckoutPlugin < Vagrant.plugin("2")
    name "workshop checkout"
    provisioner("workshop_checkout") { Checkout }
  end
end
