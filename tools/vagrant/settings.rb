require "yaml"

# Sourced by the Vagrantfile.
module Workshop
  # A mistake of the person at the keyboard: Vagrant prints the message, in one line, and exits with 1.
  class Mistake < Vagrant::Errors::VagrantError
    def initialize(message)
      @text = message
      super()
    end

    def error_message
      @text
    end
  end

  # What machine.yml says of the virtual machine, with machine.local.yml on top.
  class Settings
    FILE = "machine.yml".freeze
    LOCAL = "machine.local.yml".freeze
    ANSIBLE = %w[auto host guest].freeze
    # A host name's label: it is the machine's own name too.
    NAME = /\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z/.freeze
    # Below this Jupyter and one kernel do not fit.
    LEAST_MEMORY = 1024

    def self.read(folder)
      shared = load(File.join(folder, FILE))
      local = File.join(folder, LOCAL)
      new(File.exist?(local) ? over(shared, load(local), LOCAL) : shared)
    end

    # For the Vagrantfile itself: what is raised while it is read, Vagrant would call a failure of its own.
    def self.read_or_abort(folder)
      read(folder)
    rescue Mistake => e
      abort(e.error_message)
    end

    def initialize(values)
      @values = values
      check
    end

    def name = @values["name"]
    def memory = @values["memory"]
    def cpus = @values["cpus"]
    def forwards = @values["forwards"]
    def playbook = @values["playbook"]
    def box = @values["box"]

    def ansible_on_host?
      return @values["ansible"] == "host" unless @values["ansible"] == "auto"

      # Ansible does not run on Windows as the machine that gives orders.
      !Vagrant::Util::Platform.windows? && !Vagrant::Util::Which.which("ansible-playbook").nil?
    end

    class << self
      private

      def load(path)
        values = YAML.safe_load(File.read(path, encoding: "utf-8"))
        name = File.basename(path)
        top = values.is_a?(Hash) && values.keys == ["workshop_machine"] && values["workshop_machine"]
        raise Mistake, "#{name} must hold one key, workshop_machine, with the settings below it" unless top.is_a?(Hash)

        top
      rescue Psych::SyntaxError => e
        raise Mistake, "#{File.basename(path)} is not YAML: line #{e.line}: #{e.problem}"
      rescue Psych::Exception => e
        raise Mistake, "#{File.basename(path)} is not plain YAML: #{e.message}"
      rescue SystemCallError => e
        raise Mistake, "cannot read #{path}: #{e.message}"
      end

      # Key by key; a key that the shared file does not have is a typing mistake.
      def over(shared, local, where)
        unknown = local.keys - shared.keys
        unless unknown.empty?
          raise Mistake, "#{where}: #{unknown.first} is no setting; there are #{shared.keys.join(', ')}"
        end

        shared.merge(local) do |_, old, new|
          old.is_a?(Hash) && new.is_a?(Hash) ? over(old, new, where) : new
        end
      end
    end

    private

    def check
      refuse("name", "small letters, digits and hyphens") unless name.is_a?(String) && name.match?(NAME)
      refuse("memory", "a whole number of MiB from #{LEAST_MEMORY} to 65536") unless number?(memory, LEAST_MEMORY, 65_536)
      refuse("cpus", "a whole number from 1 to 32") unless number?(cpus, 1, 32)
      refuse("playbook", "a file of this checkout") unless playbook.is_a?(String) && !playbook.empty?
      refuse("ansible", ANSIBLE.join(", ")) unless ANSIBLE.include?(@values["ansible"])
      check_forwards
    end

    def check_forwards
      refuse("forwards", "a list of {name, guest, host}") unless forwards.is_a?(Array) && forwards.all? { |forward| forward?(forward) }
      %w[name guest host].each do |key|
        values = forwards.map { |forward| forward[key] }
        twice = values.find { |value| values.count(value) > 1 }
        raise Mistake, "#{FILE}: two forwards have the #{key} #{twice}; each needs its own" if twice
      end
      return if forwards.any? { |forward| forward["name"] == "ssh" }

      refuse("forwards", "a list with one that is named ssh, by which Vagrant reaches the machine")
    end

    def forward?(forward)
      forward.is_a?(Hash) && forward.keys.sort == %w[guest host name] && forward["name"].is_a?(String) &&
        number?(forward["guest"], 1, 65_535) && number?(forward["host"], 1024, 65_535)
    end

    def number?(value, least, most)
      value.is_a?(Integer) && value.between?(least, most)
    end

    def refuse(key, wanted)
      raise Mistake, "#{FILE} or #{LOCAL}: #{key} must be #{wanted}, not #{@values[key].inspect}"
    end
  end
end
