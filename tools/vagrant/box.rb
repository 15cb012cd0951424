require "vagrant/util/downloader"

require_relative "settings"

module Workshop
  # The box that the machine starts from: that of machine.yml, or the one that WORKSHOP_BOX selects, which is a
  # name that Vagrant knows, an address, or a file.
  class Box
    SHA256 = /\A\h{64}\z/.freeze

    def initialize(settings, environment)
      @box = settings.box
      @other = environment["WORKSHOP_BOX"].to_s
    end

    def name
      return "#{@box['name']}-#{@box['version']}" if @other.empty?

      other_is_place? ? File.basename(@other, ".box") : @other
    end

    # Where the provider's box is; nothing for a name, which Vagrant looks up itself.
    def url(provider)
      return @box.fetch(provider)["url"] if @other.empty?

      other_is_place? ? @other : nil
    end

    # Before a machine is made: see to it that a box that must be downloaded is the one that Fedora released.
    # A box that somebody selected is theirs to trust.
    def pin(machine)
      return unless @other.empty? && machine.box.nil? && @box.key?(machine.provider_name.to_s)

      machine.config.vm.box_download_checksum_type = "sha256"
      machine.config.vm.box_download_checksum = sha256(machine)
    end

    private

    def other_is_place?
      @other.include?("://") || @other.end_with?(".box")
    end

    def sha256(machine)
      provider = machine.provider_name.to_s
      pinned = @box[provider]["sha256"].to_s
      return pinned.downcase if pinned.match?(SHA256)
      raise Mistake, "machine.yml: box.#{provider}.sha256 must be 64 hexadecimal digits, or empty" unless pinned.empty?

      listed(machine, File.basename(@box[provider]["url"]))
    end

    # The list comes from Fedora's own host by https; the box itself from a mirror that need not be trusted.
    def listed(machine, file)
      list = download(machine)
      found = list[/^SHA256 \(#{Regexp.escape(file)}\) = (\h{64})$/, 1]
      raise Mistake, "#{@box['checksums']} does not list #{file}; set box.#{machine.provider_name}.sha256" unless found

      machine.ui.info("SHA-256 of the box, by Fedora's list: #{found}")
      found
    end

    def download(machine)
      target = machine.env.tmp_path.join("workshop-box-checksums").to_s
      Vagrant::Util::Downloader.new(@box["checksums"], target).download!
      File.read(target)
    rescue Vagrant::Errors::DownloaderError => e
      why = e.message.lines.map(&:strip).reject(&:empty?).last
      raise Mistake, "cannot get the box's checksum from #{@box['checksums']} (#{why}); " \
                     "set box.#{machine.provider_name}.sha256 in machine.local.yml, or select a box by WORKSHOP_BOX"
    ensure
      FileUtils.rm_f(target)
    end
  end
end
