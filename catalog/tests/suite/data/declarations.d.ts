declare const everything: {
  /** Echoes back the input string */
  echo(input: {
    /** Message to echo */
    message: string;
  }): Promise<unknown>;
  /** Demonstrates how annotations can be used to provide metadata about content. */
  get_annotated_message(input: {
    /** Type of message to demonstrate different annotation patterns */
    messageType: "error" | "success" | "debug";
    /** Whether to include an example image @default false */
    includeImage?: boolean;
  }): Promise<unknown>;
  /** Returns all environment variables, helpful for debugging MCP server configuration */
  get_env(): Promise<unknown>;
  /** Returns up to ten resource links that reference different types of resources */
  get_resource_links(input?: {
    /** Number of resource links to return (1-10) @minimum 1 @maximum 10 @default 3 */
    count?: number;
  }): Promise<unknown>;
  /** Returns a resource reference that can be used by MCP clients */
  get_resource_reference(input?: {
    /** @default "Text" */
    resourceType?: "Text" | "Blob";
    /** ID of the text resource to fetch @default 1 */
    resourceId?: number;
  }): Promise<unknown>;
  /** Returns structured content along with an output schema for client data validation */
  get_structured_content(input: {
    /** Choose city */
    location: "New York" | "Chicago" | "Los Angeles";
  }): Promise<{
    /** Temperature in celsius */
    temperature: number;
    /** Weather conditions description */
    conditions: string;
    /** Humidity percentage */
    humidity: number;
  }>;
  /** Returns the sum of two numbers */
  get_sum(input: {
    /** First number */
    a: number;
    /** Second number */
    b: number;
  }): Promise<unknown>;
  /** Returns a tiny MCP logo image. */
  get_tiny_image(): Promise<unknown>;
  /** Compresses a single file using gzip compression. Depending upon the selected output type, returns either the compressed data as a gzipped resource or a resource link, allowing it to be downloaded in a subsequent request during the current session. */
  gzip_file_as_resource(input?: {
    /** Name of the output file @default "README.md.gz" */
    name?: string;
    /** URL or data URI of the file content to compress @format uri @default "https://raw.githubusercontent.com/modelcontextprotocol/servers/refs/heads/main/… */
    data?: string;
    /** How the resulting gzipped file should be returned. 'resourceLink' returns a link to a resource that can be read later, 'resource' returns a full resource object. @default "resourceLink" */
    outputType?: "resourceLink" | "resource";
  }): Promise<unknown>;
  /** Toggles simulated, random-leveled logging on or off. */
  toggle_simulated_logging(): Promise<unknown>;
  /** Toggles simulated resource subscription updates on or off. */
  toggle_subscriber_updates(): Promise<unknown>;
  /** Demonstrates a long running operation with progress updates. */
  trigger_long_running_operation(input?: {
    /** Duration of the operation in seconds @default 10 */
    duration?: number;
    /** Number of steps in the operation @default 5 */
    steps?: number;
  }): Promise<unknown>;
  /** Simulates a deep research operation that gathers, analyzes, and synthesizes information. Demonstrates MCP task-based operations with progress through multiple stages. If 'ambiguous' is true and client supports elicitation, sends an elicitation request for clarification. */
  simulate_research_query(input: {
    /** The research topic to investigate */
    topic: string;
    /** Simulate an ambiguous query that requires clarification (triggers input_required status) @default false */
    ambiguous?: boolean;
  }): Promise<unknown>;
};
declare const filesystem: {
  /** Read the complete contents of a file as text. DEPRECATED: Use read_text_file instead. */
  read_file(input: {
    path: string;
    /** If provided, returns only the last N lines of the file */
    tail?: number;
    /** If provided, returns only the first N lines of the file */
    head?: number;
  }): Promise<{ content: string }>;
  /** Read the complete contents of a file from the file system as text. Handles various text encodings and provides detailed error messages if the file cannot be read. Use this tool when you need to examine the contents of a single file. Use the 'head' parameter to read only the first N lines of a file, or the 'tail' parameter to read only the last N lines of a file. Operates on the file as text regardless of extension. Only works within allowed directories. */
  read_text_file(input: {
    path: string;
    /** If provided, returns only the last N lines of the file */
    tail?: number;
    /** If provided, returns only the first N lines of the file */
    head?: number;
  }): Promise<{ content: string }>;
  /** Read a file and return it as a base64-encoded content block with its MIME type. Image and audio files are returned as image/audio content; any other file type is returned as an embedded resource. Only works within allowed directories. */
  read_media_file(input: { path: string }): Promise<{ content: ({ type: "image" | "audio"; data: string; mimeType: string } | { type: "resource"; resource: { uri: string; mimeType?: string; blob: string } })[] }>;
  /** Read the contents of multiple files simultaneously. This is more efficient than reading files one by one when you need to analyze or compare multiple files. Each file's content is returned with its path as a reference. Failed reads for individual files won't stop the entire operation. Only works within allowed directories. */
  read_multiple_files(input: {
    /** Array of file paths to read. Each path must be a string pointing to a valid file within allowed directories. @minItems 1 */
    paths: string[];
  }): Promise<{ content: string }>;
  /** Create a new file or completely overwrite an existing file with new content. Use with caution as it will overwrite existing files without warning. Handles text content with proper encoding. Only works within allowed directories. */
  write_file(input: { path: string; content: string }): Promise<{ content: string }>;
  /** Make line-based edits to a text file. Each edit replaces exact line sequences with new content. Returns a git-style diff showing the changes made. Only works within allowed directories. */
  edit_file(input: {
    path: string;
    edits: {
      /** Text to search for - must match exactly */
      oldText: string;
      /** Text to replace with */
      newText: string;
    }[];
    /** Preview changes using git-style diff format @default false */
    dryRun?: boolean;
  }): Promise<{ content: string }>;
  /** Create a new directory or ensure a directory exists. Can create multiple nested directories in one operation. If the directory already exists, this operation will succeed silently. Perfect for setting up directory structures for projects or ensuring required paths exist. Only works within allowed directories. */
  create_directory(input: { path: string }): Promise<{ content: string }>;
  /** Get a detailed listing of all files and directories in a specified path. Results clearly distinguish between files and directories with [FILE] and [DIR] prefixes. This tool is essential for understanding directory structure and finding specific files within a directory. Only works within allowed directories. */
  list_directory(input: { path: string }): Promise<{ content: string }>;
  /** Get a detailed listing of all files and directories in a specified path, including sizes. Results clearly distinguish between files and directories with [FILE] and [DIR] prefixes. This tool is useful for understanding directory structure and finding specific files within a directory. Only works within allowed directories. */
  list_directory_with_sizes(input: {
    path: string;
    /** Sort entries by name or size @default "name" */
    sortBy?: "name" | "size";
  }): Promise<{ content: string }>;
  /** Get a recursive tree view of files and directories as a JSON structure. Each entry includes 'name', 'type' (file/directory), and 'children' for directories. Files have no children array, while directories always have a children array (which may be empty). The output is formatted with 2-space indentation for readability. Only works within allowed directories. */
  directory_tree(input: {
    path: string;
    /** @default [] */
    excludePatterns?: string[];
  }): Promise<{ content: string }>;
  /** Move or rename files and directories. Can move files between directories and rename them in a single operation. If the destination exists, the operation will fail. Works across different directories and can be used for simple renaming within the same directory. Both source and destination must be within allowed directories. */
  move_file(input: { source: string; destination: string }): Promise<{ content: string }>;
  /** Recursively search for files and directories matching a pattern. The patterns should be glob-style patterns that match paths relative to the working directory. Use pattern like '*.ext' to match files in current directory, and '**\/*.ext' to match files in all subdirectories. Returns full paths to all matching items. Great for finding files when you don't know their exact location. Only searches within allowed directories. */
  search_files(input: {
    path: string;
    pattern: string;
    /** @default [] */
    excludePatterns?: string[];
  }): Promise<{ content: string }>;
  /** Retrieve detailed metadata about a file or directory. Returns comprehensive information including size, creation time, last modified time, permissions, and type. This tool is perfect for understanding file characteristics without reading the actual content. Only works within allowed directories. */
  get_file_info(input: { path: string }): Promise<{ content: string }>;
  /** Returns the list of directories that this server is allowed to access. Subdirectories within these allowed directories are also accessible. Use this to understand which directories and their nested paths are available before trying to access files. */
  list_allowed_directories(): Promise<{ content: string }>;
};
declare const memory: {
  /** Create multiple new entities in the knowledge graph */
  create_entities(input: {
    entities: {
      /** The name of the entity */
      name: string;
      /** The type of the entity */
      entityType: string;
      /** An array of observation contents associated with the entity */
      observations: string[];
    }[];
  }): Promise<{
    entities: {
      /** The name of the entity */
      name: string;
      /** The type of the entity */
      entityType: string;
      /** An array of observation contents associated with the entity */
      observations: string[];
    }[];
  }>;
  /** Create multiple new relations between entities in the knowledge graph. Relations should be in active voice */
  create_relations(input: {
    relations: {
      /** The name of the entity where the relation starts */
      from: string;
      /** The name of the entity where the relation ends */
      to: string;
      /** The type of the relation */
      relationType: string;
    }[];
  }): Promise<{
    relations: {
      /** The name of the entity where the relation starts */
      from: string;
      /** The name of the entity where the relation ends */
      to: string;
      /** The type of the relation */
      relationType: string;
    }[];
  }>;
  /** Add new observations to existing entities in the knowledge graph */
  add_observations(input: {
    observations: {
      /** The name of the entity to add the observations to */
      entityName: string;
      /** An array of observation contents to add */
      contents: string[];
    }[];
  }): Promise<{ results: { entityName: string; addedObservations: string[] }[] }>;
  /** Delete multiple entities and their associated relations from the knowledge graph */
  delete_entities(input: {
    /** An array of entity names to delete */
    entityNames: string[];
  }): Promise<{ success: boolean; message: string }>;
  /** Delete specific observations from entities in the knowledge graph */
  delete_observations(input: {
    deletions: {
      /** The name of the entity containing the observations */
      entityName: string;
      /** An array of observations to delete */
      observations: string[];
    }[];
  }): Promise<{ success: boolean; message: string }>;
  /** Delete multiple relations from the knowledge graph */
  delete_relations(input: {
    /** An array of relations to delete */
    relations: {
      /** The name of the entity where the relation starts */
      from: string;
      /** The name of the entity where the relation ends */
      to: string;
      /** The type of the relation */
      relationType: string;
    }[];
  }): Promise<{ success: boolean; message: string }>;
  /** Read the entire knowledge graph */
  read_graph(): Promise<{
    entities: {
      /** The name of the entity */
      name: string;
      /** The type of the entity */
      entityType: string;
      /** An array of observation contents associated with the entity */
      observations: string[];
    }[];
    relations: {
      /** The name of the entity where the relation starts */
      from: string;
      /** The name of the entity where the relation ends */
      to: string;
      /** The type of the relation */
      relationType: string;
    }[];
  }>;
  /** Search for nodes in the knowledge graph based on a query */
  search_nodes(input: {
    /** The search query to match against entity names, types, and observation content */
    query: string;
  }): Promise<{
    entities: {
      /** The name of the entity */
      name: string;
      /** The type of the entity */
      entityType: string;
      /** An array of observation contents associated with the entity */
      observations: string[];
    }[];
    relations: {
      /** The name of the entity where the relation starts */
      from: string;
      /** The name of the entity where the relation ends */
      to: string;
      /** The type of the relation */
      relationType: string;
    }[];
  }>;
  /** Open specific nodes in the knowledge graph by their names */
  open_nodes(input: {
    /** An array of entity names to retrieve */
    names: string[];
  }): Promise<{
    entities: {
      /** The name of the entity */
      name: string;
      /** The type of the entity */
      entityType: string;
      /** An array of observation contents associated with the entity */
      observations: string[];
    }[];
    relations: {
      /** The name of the entity where the relation starts */
      from: string;
      /** The name of the entity where the relation ends */
      to: string;
      /** The type of the relation */
      relationType: string;
    }[];
  }>;
};
declare const sequential_thinking: {
  /** A detailed tool for dynamic and reflective problem-solving through thoughts. This tool helps analyze problems through a flexible thinking process that can adapt and evolve. Each thought can build on, question, or revise previous insights as understanding deepens. When to use this tool: - Breaking down complex problems into steps - Planning and design with room for revision - Analysis that might need course correction - Problems where the full scope might not be clear initially - Problems that require a multi-step solution - Tasks that need to maintain context over multiple steps - Situations where irrelevant information needs to be filtered out Key features: - You can adjust total_thoughts up or down as you progress - You can question or revise previous thoughts - You can add more thoughts even after reaching what seemed like the end - You can express uncertainty and explore alternative approaches - Not every thought needs to build linearly - you can branch or backtrack - Generates a s… */
  sequentialthinking(input: {
    /** Your current thinking step */
    thought: string;
    /** Whether another thought step is needed */
    nextThoughtNeeded: string | boolean;
    /** Current thought number (numeric value, e.g., 1, 2, 3) @integer @minimum 1 */
    thoughtNumber: number;
    /** Estimated total thoughts needed (numeric value, e.g., 5, 10) @integer @minimum 1 */
    totalThoughts: number;
    /** Whether this revises previous thinking */
    isRevision?: string | boolean;
    /** Which thought is being reconsidered @integer @minimum 1 */
    revisesThought?: number;
    /** Branching point thought number @integer @minimum 1 */
    branchFromThought?: number;
    /** Branch identifier */
    branchId?: string;
    /** If more thoughts are needed */
    needsMoreThoughts?: string | boolean;
  }): Promise<{ thoughtNumber: number; totalThoughts: number; nextThoughtNeeded: boolean; branches: string[]; thoughtHistoryLength: number }>;
};
