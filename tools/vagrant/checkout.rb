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
        inside = private_folder
        begin
          unpack(archive, inside)
          carry_local_settings(inside)
        ensure
          sudo("rm -rf #{inside}")
        end
      end
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

    # In the machine, where its participant can put nothing in place of what root will read. The first line of what is
    # said may be a shell's greeting.
    def private_folder
      said = +""
      @machine.communicate.execute("mktemp -d /tmp/workshop-XXXXXXXXXX") { |kind, text| said << text if kind == :stdout }
      said[%r{^/tmp/workshop-\w+$}] or raise Mistake, "the machine has no room for a folder in /tmp (#{said.strip})"
    end

    # Beside and renamed: an interrupted run leaves the old one, and files that are gone do not stay.
    def unpack(archive, inside)
      @machine.communicate.upload(archive, "#{inside}/checkout.tar")
      sudo("rm -rf #{FOLDER}.new && mkdir -p #{FOLDER}.new && " \
           "tar -xf #{inside}/checkout.tar -C #{FOLDER}.new --no-same-owner && " \
           "rm -rf #{FOLDER} && mv #{FOLDER}.new #{FOLDER}")
    end

    def carry_local_settings(inside)
      local = @machine.env.root_path.join(Settings::LOCAL)
      return unless local.file?

      @machine.communicate.upload(local.to_s, "#{inside}/#{Settings::LOCAL}")
      sudo("install -m 0644 #{inside}/#{Settings::LOCAL} #{FOLDER}/#{Settings::LOCAL}")
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
