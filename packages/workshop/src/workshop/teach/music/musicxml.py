def read_folder(folder): raise NotImplementedError
